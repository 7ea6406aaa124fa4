import type { AcpAdapter, OpenSessionRequest } from "../../../src/acp/acp-adapter.ts";
import type { ScriptedMessagesApi } from "../../fixtures/scripted-messages-api/scripted-messages-api.ts";

/** An adapter and everything around it that a case may look at. */
export type ContractWorld = {
  adapter: AcpAdapter;
  /** Another adapter over the same state, as after a restart of the Gateway. */
  newAdapter(): AcpAdapter;
  /** Real path of the folder that sessions work in. */
  workspace: string;
  /** HOME of every process of this world, and of no other process. */
  home: string;
  /** Where its processes keep temporary files. */
  temporary: string;
  /** The model behind the agent; null for the scripted ACP agent, which answers by itself and runs no tools. */
  model: ScriptedMessagesApi | null;
  /** Whether a turn's outcome tells the usage. */
  reportsUsage: boolean;
  /** Whether the agent asks questions of its own. */
  asksQuestions: boolean;
  /** Whether it may be put into the mode that asks nobody. */
  offersBypass: boolean;
  /** A prompt that makes the agent use a tool, and what the tool call must look like. */
  toolExample: { prompt: string; toolCall: Record<string, unknown> };
  dispose(): Promise<void>;
};

export type ContractImplementation = { name: string; createWorld(): Promise<ContractWorld> };

export const SYSTEM_PROMPT_APPEND = "You are the contractor of the blue door.\nKeep it shut.";

export function openingIn(world: ContractWorld): OpenSessionRequest {
  return { workspace: world.workspace, systemPromptAppend: SYSTEM_PROMPT_APPEND, claudeOptions: {} };
}
