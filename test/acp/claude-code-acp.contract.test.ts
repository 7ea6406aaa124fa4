import { describeAcpAdapter } from "../suites/acp-adapter-contract.ts";
import { createClaudeWorld } from "../suites/acp-adapter-contract/claude-world.ts";
import type { ContractImplementation } from "../suites/acp-adapter-contract/contract-world.ts";
import { describeEndpointFaults } from "../suites/acp-adapter-contract/endpoint-cases.ts";

const implementation: ContractImplementation = {
  name: "claude-code-acp",
  createWorld: () =>
    createClaudeWorld({ program: "@zed-industries/claude-code-acp/dist/index.js", reportsUsage: false }),
};

describeAcpAdapter(implementation);
describeEndpointFaults(implementation);
