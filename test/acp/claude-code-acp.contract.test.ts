import { describeAcpAdapter } from "../suites/acp-adapter-contract.ts";
import { createClaudeWorld } from "../suites/acp-adapter-contract/claude-world.ts";
import type { ContractImplementation } from "../suites/acp-adapter-contract/contract-world.ts";
import { describeEndpointUse } from "../suites/acp-adapter-contract/endpoint-cases.ts";
import { describeToolGate } from "../suites/acp-adapter-contract/gate-cases.ts";

const implementation: ContractImplementation = {
  name: "claude-code-acp",
  createWorld: () =>
    createClaudeWorld({ name: "claude-code-acp", reportsUsage: false, asksQuestions: false }),
};

describeAcpAdapter(implementation);
describeEndpointUse(implementation);
describeToolGate(implementation);
