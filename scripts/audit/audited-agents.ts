import type { AdapterName } from "../../src/config/schema.ts";

/** The contractors of `createContractorWorld`: one on each adapter. */
export const AUDITED_AGENTS: readonly { agentId: string; adapter: AdapterName }[] = [
  { agentId: "dev", adapter: "claude-agent-acp" },
  { agentId: "zed", adapter: "claude-code-acp" },
];
