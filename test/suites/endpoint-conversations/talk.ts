import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import type { AgentSession, SessionSettings } from "../../../src/acp/acp-adapter.ts";
import { ContractorError } from "../../../src/errors/contractor-error.ts";
import type { ScriptedMessagesApi } from "../../fixtures/scripted-messages-api/scripted-messages-api.ts";
import { openingIn, type ContractWorld } from "../acp-adapter-contract/contract-world.ts";
import { startTurn, type RecordedTurn, type TurnOptions } from "../acp-adapter-contract/recorded-turn.ts";

/** What came of a turn, without what differs between two runs of the same. */
export type Observed = {
  said: string;
  thought: string;
  tools: { name: string; input: unknown; status: string }[];
  usage: unknown;
  /** The stop reason, or the code of the error. */
  end: string;
};

/** A conversation with a model at one endpoint. */
export type Talk = {
  readonly world: ContractWorld;
  readonly model: ScriptedMessagesApi;
  say(prompt: string, options?: TurnOptions): Promise<Observed>;
  /** For a case that looks at the turn while it runs. */
  start(prompt: string, options?: TurnOptions): Promise<RecordedTurn>;
  observe(turn: RecordedTurn): Promise<Observed>;
  configure(settings: SessionSettings): Promise<void>;
  /** The next turn resumes the conversation in a new process. */
  leave(): Promise<void>;
};

export function createTalk(world: ContractWorld): Talk {
  const { model } = world;
  if (model === null) throw new Error("Without an endpoint there is no talk.");
  let current: AgentSession | undefined;

  /** A turn that was cancelled or has failed leaves a session that takes no other. */
  async function session(): Promise<AgentSession> {
    if (current?.usable === true) return current;
    const sessionId = current?.sessionId;
    await current?.close();
    current =
      sessionId === undefined
        ? await world.adapter.createSession(openingIn(world))
        : await world.newAdapter().resumeSession({ ...openingIn(world), sessionId });
    return current;
  }

  async function start(prompt: string, options?: TurnOptions): Promise<RecordedTurn> {
    return startTurn(await session(), prompt, options);
  }

  async function observe(turn: RecordedTurn): Promise<Observed> {
    const outcome = await turn.outcome.catch((error: unknown) => {
      if (ContractorError.isInstance(error)) return error;
      throw error;
    });
    const failed = outcome instanceof ContractorError;
    return {
      said: turn.said().trim().replaceAll(world.workspace, "."),
      thought: turn.updates.map(thoughtText).join(""),
      tools: toolsOf(turn.updates, world.workspace),
      usage: failed ? undefined : outcome.usage,
      end: failed ? outcome.code : outcome.stopReason,
    };
  }

  return {
    world,
    model,
    start,
    observe,
    say: async (prompt, options) => observe(await start(prompt, options)),
    async configure(settings) {
      await (await session()).configure(settings);
    },
    async leave() {
      await current?.close();
    },
  };
}

function thoughtText(update: SessionUpdate): string {
  return update.sessionUpdate === "agent_thought_chunk" && update.content.type === "text"
    ? update.content.text
    : "";
}

/** Each call once, as it was at last; calls that run together come in any order. */
function toolsOf(updates: SessionUpdate[], workspace: string): Observed["tools"] {
  const calls = new Map<string, Observed["tools"][number]>();
  for (const update of updates) {
    if (update.sessionUpdate !== "tool_call" && update.sessionUpdate !== "tool_call_update") continue;
    const known = calls.get(update.toolCallId);
    const input = JSON.stringify(update.rawInput ?? known?.input ?? null).replaceAll(workspace, ".");
    calls.set(update.toolCallId, {
      name: toolNameOf(update._meta) ?? known?.name ?? "",
      input: JSON.parse(input) as unknown,
      status: update.status ?? known?.status ?? "",
    });
  }
  const keyOf = (call: Observed["tools"][number]): string => JSON.stringify(call);
  return [...calls.values()].sort((one, other) => keyOf(one).localeCompare(keyOf(other)));
}

function toolNameOf(meta: unknown): string | undefined {
  if (typeof meta !== "object" || meta === null || !("claudeCode" in meta)) return undefined;
  const { claudeCode } = meta;
  const named = typeof claudeCode === "object" && claudeCode !== null && "toolName" in claudeCode;
  return named ? String(claudeCode.toolName) : undefined;
}
