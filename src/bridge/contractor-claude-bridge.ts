import { ownValue } from "../config/own-value.ts";
import type { ContractorConfig } from "../config/schema.ts";
import {
  resolveContractorAgentMetadata,
  type ContractorAgentMetadata,
} from "../contractor/metadata-resolver.ts";
import type { EndReason, SessionMapEntry } from "../contractor/session-map/session-map-entry.ts";
import type { ConversationKey, PreparedClose } from "../contractor/session-map/session-map-store.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { prepareSpareSession } from "./acquire-claude-session.ts";
import type { BridgeDependencies } from "./bridge-dependencies.ts";
import {
  compactConversation,
  type CompactionOutcome,
  type CompactionRequest,
} from "./compact-conversation.ts";
import { conversationId } from "./conversation-id.ts";
import { normalizeClaudeError } from "./response-normalizer.ts";
import { resumeAhead } from "./resume-ahead.ts";
import { askAside, type SideAnswer, type SideQuestion } from "./side-question.ts";
import { serveTurn } from "./serve-turn.ts";
import { turnLogEntryOf } from "./turn-log-entry-of.ts";
import { createTurnTimeline, type TurnTimeline } from "./turn-timeline.ts";
import {
  emptyTurnRecord,
  type SessionTools,
  type TurnChoices,
  type TurnObserver,
  type TurnOutcome,
  type TurnRequest,
} from "./turn.ts";

/** What the bridge does to a conversation at the edge of the host's own transaction. */
export type ConversationMutation = Pick<PreparedClose, "commit" | "rollback">;

export type ContractorClaudeBridge = {
  /** One turn, start to end. Never rejects: what goes wrong is a `failed` outcome with its cause. */
  runTurn(request: TurnRequest, observer: TurnObserver): Promise<TurnOutcome>;
  /**
   * Opens a session for the agent's next new conversation, where there is room and it has none that is of use; tells the
   * log when it cannot.
   */
  prepareSpare(agentId: string): Promise<void>;
  /**
   * A message has come, and OpenClaw prepares its turn: the process is started meanwhile, that of a new conversation as a spare
   * one. Tells the log when it cannot be.
   */
  expectTurn(key: ConversationKey): Promise<void>;
  /** Has the conversation's Claude session compacted, after the turn that runs. Rejects as `readConfig` and the store do. */
  compactConversation(key: ConversationKey, request: CompactionRequest): Promise<CompactionOutcome>;
  /** Answers beside the conversation, from a copy of its Claude session. */
  askAside(question: SideQuestion): Promise<SideAnswer>;
  /**
   * Forgets the conversation's Claude session in the map and in memory, after it has cancelled the turn that runs;
   * resolves to the entry that ended, or null when there was none. Idempotent.
   */
  resetConversation(key: ConversationKey, endedBy: EndReason): Promise<SessionMapEntry | null>;
  /** Cancels the turn that runs and ends the process; the conversation can go on. */
  interruptConversation(key: ConversationKey): Promise<void>;
  /**
   * A reset that the host commits, or takes back, in the middle of `run`. No turn of the conversation begins before
   * `run` has settled.
   */
  resetWithin<Value>(
    reset: { key: ConversationKey; endedBy: EndReason },
    run: (mutation: ConversationMutation) => Promise<Value>,
  ): Promise<Value>;
};

export function createContractorClaudeBridge(dependencies: BridgeDependencies): ContractorClaudeBridge {
  const { pool, queue } = dependencies;

  async function runTurn(request: TurnRequest, observer: TurnObserver): Promise<TurnOutcome> {
    const timeline = createTurnTimeline((step) => observer.onStep?.(step));
    const outcome = await queueTurn(request, { observer, timeline });
    if (outcome.kind === "failed") noteFailure(request, outcome.error);
    dependencies.turnLog.append(turnLogEntryOf({ request, outcome, timeline, now: dependencies.now() }));
    if (request.lastTurnOfProcess) await dependencies.turnLog.flush();
    else if (mayNeedSpare(request, outcome)) dependencies.spareWanted(request.agentId);
    return outcome;
  }

  async function queueTurn(
    request: TurnRequest,
    { observer, timeline }: { observer: TurnObserver; timeline: TurnTimeline },
  ): Promise<TurnOutcome> {
    if (request.openclawSessionKey === "") return failed(withoutIdentity());
    const { signal, settings, nativeTools } = request;
    const tools = { nativeTools, openclawTools: request.openclawTools?.list ?? null };
    dependencies.choices.set(conversationId(request), { settings, ...tools });
    dependencies.latestTools.note(request.agentId, tools);
    const maxWaiting = dependencies.readConfig().maxQueuedTurns;
    const conversation = conversationId(request);
    const run = (signal: AbortSignal): Promise<TurnOutcome> => {
      timeline.started();
      const startedAt = dependencies.now();
      return dependencies.liveTurns.during({ conversation, observer, startedAt }, (watched) =>
        serveTurn(dependencies, { request: { ...request, signal }, observer: watched, timeline }),
      );
    };
    return queue
      .enqueue(conversation, { signal, maxWaiting, run })
      .catch((cause: unknown) => failed(unexpectedFailure(cause)));
  }

  function noteFailure({ agentId, openclawSessionKey }: ConversationKey, { code }: ContractorError): void {
    dependencies.failures.note({ agentId, openclawSessionKey, code, at: dependencies.now().toISOString() });
  }

  function mayNeedSpare({ agentId }: TurnRequest, outcome: TurnOutcome): boolean {
    if (outcome.kind !== "completed") return false;
    return !outcome.warm || !pool.hasSpare(agentId);
  }

  async function prepareSpare(agentId: string): Promise<void> {
    try {
      const config = dependencies.readConfig();
      if (config.spareSessions === 0) return;
      const metadata = resolveContractorAgentMetadata(config, agentId);
      const workspace = await dependencies.resolveWorkspace(metadata.workspace);
      const tools = dependencies.latestTools.of(agentId) ?? toolsOfNobody(metadata);
      await prepareSpareSession({ dependencies, metadata, workspace, ...tools });
    } catch (cause) {
      // A turn that cannot have a session either says why to the person.
      dependencies.log(`no spare session of ${agentId}: ${unexpectedFailure(cause).toParagraph()}`);
    }
  }

  function choicesFor(key: ConversationKey): TurnChoices {
    return dependencies.choices.get(conversationId(key)) ?? UNKNOWN_CHOICES;
  }

  /** Alone with the conversation: no turn runs, and its process has ended. Null for an agent that is no contractor. */
  async function interrupted<Value>(
    key: ConversationKey,
    work: (contractor: ContractorConfig) => Promise<Value>,
  ): Promise<Value | null> {
    const contractor = ownValue(dependencies.readConfig().contractors, key.agentId);
    if (contractor === undefined) return null;
    const conversation = conversationId(key);
    return queue.interrupt(conversation, async () => {
      await pool.evict(conversation);
      return work(contractor);
    });
  }

  /** What was left of earlier turns, and could not be written, belongs to the life that ends here. */
  async function forgetLeftovers(key: ConversationKey, { workspace }: ContractorConfig): Promise<void> {
    dependencies.unrecorded.delete(conversationId(key));
    dependencies.grants.forget(conversationId(key));
    dependencies.choices.delete(conversationId(key));
    await dependencies.openTurns(workspace).forget(key);
  }

  async function expectTurn(key: ConversationKey): Promise<void> {
    const conversation = conversationId(key);
    // A turn that is there looks after its process itself, and most conversations have one.
    if (queue.loads().has(conversation) || pool.warmConversations().includes(conversation)) return;
    try {
      const hasSession = await resumeAhead(dependencies, key);
      if (!hasSession && !pool.hasSpare(key.agentId)) await prepareSpare(key.agentId);
    } catch (cause) {
      // The turn says why to the person.
      const why = unexpectedFailure(cause).toParagraph();
      dependencies.log(`${key.openclawSessionKey} was not resumed ahead of its turn: ${why}`);
    }
  }

  return {
    runTurn,
    prepareSpare,
    expectTurn,
    async compactConversation(key, request) {
      const { workspace } = resolveContractorAgentMetadata(dependencies.readConfig(), key.agentId);
      const store = dependencies.openStore(workspace);
      return compactConversation({ key, store, choices: choicesFor(key), runTurn }, request);
    },
    askAside: (question) => askAside(dependencies, { ...question, ...choicesFor(question) }),
    resetConversation: (key, endedBy) =>
      interrupted(key, async (contractor) => {
        await forgetLeftovers(key, contractor);
        return dependencies.openStore(contractor.workspace).close(key, endedBy);
      }),
    async interruptConversation(key) {
      await interrupted(key, () => Promise.resolve());
    },
    async resetWithin({ key, endedBy }, run) {
      const within = await interrupted(key, async (contractor) => {
        const prepared = await dependencies.openStore(contractor.workspace).prepareClose(key, endedBy);
        try {
          const value = await run(prepared);
          await forgetLeftovers(key, contractor);
          return { value };
        } finally {
          await prepared.release();
        }
      });
      return within === null ? run({ commit: () => undefined, rollback: () => undefined }) : within.value;
    },
  };
}

/** Before the first turn nobody knows whether tools are restricted: what needs none goes without. */
const UNKNOWN_CHOICES: TurnChoices = {
  settings: { model: null, effort: null, fast: null },
  nativeTools: [],
  openclawTools: null,
};

/** Before the first turn of an agent: OpenClaw's tools are told with that turn. */
function toolsOfNobody({ tools }: ContractorAgentMetadata): SessionTools {
  return { nativeTools: undefined, openclawTools: tools.length === 0 ? null : [] };
}

function failed(error: ContractorError): TurnOutcome {
  return normalizeClaudeError(emptyTurnRecord(), { error, accepted: false });
}

/** Fails closed: a turn that names no conversation must not land in somebody else's. */
function withoutIdentity(): ContractorError {
  return new ContractorError("session-identity-missing", {
    message: "OpenClaw gave this turn no session key, so it cannot be told which conversation it belongs to.",
    mend: "Send the message through a channel, the Control UI, the API or `openclaw agent --agent <id>`.",
  });
}
