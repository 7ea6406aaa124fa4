import { describeAcpAdapter } from "../suites/acp-adapter-contract.ts";
import { createClaudeWorld } from "../suites/acp-adapter-contract/claude-world.ts";

describeAcpAdapter({
  name: "claude-code-acp",
  createWorld: () =>
    createClaudeWorld({ program: "@zed-industries/claude-code-acp/dist/index.js", reportsUsage: false }),
});
