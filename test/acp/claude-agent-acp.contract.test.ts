import { describeAcpAdapter } from "../suites/acp-adapter-contract.ts";
import { createClaudeWorld } from "../suites/acp-adapter-contract/claude-world.ts";

describeAcpAdapter({
  name: "claude-agent-acp",
  createWorld: () =>
    createClaudeWorld({ program: "@agentclientprotocol/claude-agent-acp/dist/index.js", reportsUsage: true }),
});
