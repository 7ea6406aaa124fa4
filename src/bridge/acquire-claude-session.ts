import type {
  AcpAdapter,
  AgentSession,
  McpServerDefinition,
  OpenSessionRequest,
} from "../acp/acp-adapter.ts";
import { keepsToolLists } from "../acp/adapter-packages.ts";
import type { ContractorAgentMetadata } from "../contractor/metadata-resolver.ts";
import { quietSettingsOf } from "../contractor/quiet-environment.ts";
import { verdictOnResume, type TranscriptWitness } from "../contractor/recovery.ts";
import type { SessionMapEntry } from "../contractor/session-map/session-map-entry.ts";
import type { ConversationKey } from "../contractor/session-map/session-map-store.ts";
import type { SessionSource } from "../contractor/turn-log/turn-log-entry.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { SessionLoan } from "../pool/session-loan.ts";
import type { BridgeDependencies } from "./bridge-dependencies.ts";
import { conversationId } from "./conversation-id.ts";
import { collectLateAnswers } from "./late-answers.ts";
import type { SessionPlan } from "./plan-session.ts";
import type { FreshStartReason } from "./session-start.ts";
import type { SessionTools } from "./turn.ts";

/** The live Claude session of one turn. */
export type AcquiredSession = {
  loan: SessionLoan;
  source: SessionSource;
  /** The entry that this session continues; null when it is a new one. */
  continues: SessionMapEntry | null;
  /** The active entry that another session, this one, takes the place of once the turn is completed. */
  replaces: SessionMapEntry | null;
  /** Why it is a new session, where that is not a matter of course. */
  fresh: FreshStartReason | undefined;
  /** See `SessionPlan`. */
  historyFrom: string | undefined;
};

export type Acquisition = SessionTools & {
  dependencies: BridgeDependencies;
  metadata: ContractorAgentMetadata;
  key: ConversationKey;
  /** Real path of the workspace. */
  workspace: string;
  signal: AbortSignal;
  /** The turn must wait until one of so many busy sessions is free. */
  onWaiting: (busy: number) => void;
};

/** What a session of an agent is opened from, whoever it is for. */
export type SessionOrigin = SessionTools & Pick<Acquisition, "dependencies" | "metadata" | "workspace">;

/** Makes the planned Claude session live: warm, resumed, or new. */
export async function acquireClaudeSession(
  acquisition: Acquisition,
  plan: SessionPlan,
): Promise<AcquiredSession> {
  const { dependencies, key, signal, onWaiting } = acquisition;
  const entry = plan.kind === "continue" ? plan.entry : null;
  const resumption = { gone: false };
  let opened: SessionSource = entry === null ? "new" : "resumed";
  const loan = await dependencies.pool.acquire(conversationId(key), {
    fingerprint: fingerprintOf(acquisition),
    claudeSessionId: entry?.claudeSessionId ?? null,
    turns: entry?.turns ?? 0,
    ...{ signal, onWaiting },
    spareKey: () => spareKeyOf(acquisition),
    async open(spare) {
      if (spare !== undefined) opened = "spare";
      const session = spare ?? (await openClaudeSession(acquisition, { entry, resumption }));
      listenForLateAnswers(session, acquisition);
      return session;
    },
  });
  if (resumption.gone) opened = "new";
  const source = loan.warm ? "warm" : opened;
  if (plan.kind === "begin") {
    const { replaces, because: fresh, historyFrom } = plan;
    return { loan, source, continues: null, replaces, fresh, historyFrom };
  }
  const { historyFrom } = plan.entry;
  return resumption.gone
    ? { loan, source, continues: null, replaces: plan.replaces ?? plan.entry, fresh: "lost", historyFrom }
    : { loan, source, continues: plan.entry, replaces: plan.replaces, fresh: undefined, historyFrom };
}

async function openClaudeSession(
  acquisition: Acquisition,
  { entry, resumption }: { entry: SessionMapEntry | null; resumption: { gone: boolean } },
): Promise<AgentSession> {
  const opener = await createOpener(acquisition);
  const resumed = entry === null ? null : await opener.resume(entry);
  resumption.gone = entry !== null && resumed === null;
  return resumed ?? opener.begin();
}

type Opener = {
  begin(): Promise<AgentSession>;
  /** Null when the session is proven gone. */
  resume(entry: SessionMapEntry): Promise<AgentSession | null>;
};

async function createOpener(acquisition: SessionOrigin): Promise<Opener> {
  const { dependencies, metadata, workspace } = acquisition;
  const adapter = await dependencies.createAdapter(metadata);
  const opening = await openingOf(acquisition);
  return {
    begin: () => adapter.createSession(opening),
    async resume(entry) {
      if (entry.workspace !== workspace) throw workspaceMoved(entry, workspace);
      const { session, failure } = await askToResume(adapter, {
        ...opening,
        sessionId: entry.claudeSessionId,
      });
      const witness = await witnessOf(entry, { dependencies, metadata, resumed: failure === null });
      if (verdictOnResume(failure, witness) === "replace") {
        await session?.close();
        return null;
      }
      if (failure !== null) throw failure;
      return session;
    },
  };
}

type ResumeAnswer = { session: AgentSession; failure: null } | { session: null; failure: ContractorError };

async function askToResume(
  adapter: AcpAdapter,
  request: Parameters<AcpAdapter["resumeSession"]>[0],
): Promise<ResumeAnswer> {
  try {
    return { session: await adapter.resumeSession(request), failure: null };
  } catch (failure) {
    if (!ContractorError.isInstance(failure)) throw failure;
    return { session: null, failure };
  }
}

async function witnessOf(
  entry: SessionMapEntry,
  asked: Pick<SessionOrigin, "dependencies" | "metadata"> & { resumed: boolean },
): Promise<TranscriptWitness> {
  const { claudeSessionId, workspace, transcript } = entry;
  const { dependencies, metadata, resumed } = asked;
  const where = { workspace, known: transcript, configDir: metadata.claudeConfigDir };
  try {
    const found = await dependencies.findTranscript(claudeSessionId, where);
    if (found !== null) return (await dependencies.holdsConversation(found)) ? "present" : "missing";
    return transcript === undefined ? "unseen" : "missing";
  } catch (cause) {
    // A folder that cannot be read proves nothing against a session that was resumed.
    if (resumed) return "unseen";
    throw cause;
  }
}

/** Claude Code finds a session by the real path of its folder, so it cannot be resumed from another one. */
function workspaceMoved(entry: SessionMapEntry, workspace: string): ContractorError {
  return new ContractorError("workspace-moved", {
    message: `This conversation's Claude session belongs to the folder ${entry.workspace}, but the workspace is now ${workspace}.`,
    mend: "Move the folder back, or send /new to begin a new session there.",
  });
}

/** How a session of this agent is opened, the same at new, at resume and for a copy. */
export async function openingOf(origin: SessionOrigin): Promise<OpenSessionRequest> {
  const { dependencies, metadata, workspace, nativeTools, openclawTools } = origin;
  return {
    workspace,
    openclawTools,
    mcpServers: mcpServersOf(origin),
    systemPromptAppend: await dependencies.readBootstrap(metadata),
    // With a policy of OpenClaw's in force, nothing that files could add (MCP servers, hooks, plugins) may go around it.
    claudeOptions: {
      settings: quietSettingsOf(metadata),
      ...(nativeTools === undefined ? {} : { tools: nativeTools, settingSources: [] }),
    },
  };
}

/** OpenClaw's policy does not reach into other people's servers: a restricted agent has none. */
function mcpServersOf({ dependencies, metadata, nativeTools }: SessionOrigin): McpServerDefinition[] {
  return nativeTools === undefined ? dependencies.readMcpServers(metadata) : [];
}

/**
 * Stable facts only: anything that changes from turn to turn would cost the warm process. Which of OpenClaw's tools there
 * are may change, and Claude Code is told; where it would not hear that, another list means another process.
 */
function fingerprintOf(origin: SessionOrigin): string {
  const { metadata, workspace, nativeTools, openclawTools } = origin;
  const { adapter, endpoint, model, claudeExecutable, claudeConfigDir } = metadata;
  const offered = keepsToolLists(adapter) ? openclawTools : openclawTools !== null;
  const tools = [nativeTools, offered, mcpServersOf(origin)];
  const program = [adapter, endpoint, model, claudeExecutable, claudeConfigDir, workspace];
  return JSON.stringify([...program, ...tools].map(orNull));
}

/**
 * Opens a session for the agent's next new conversation, as that would be opened now. Rejects as a turn does that cannot
 * have a session.
 */
export async function prepareSpareSession(origin: SessionOrigin): Promise<void> {
  const { dependencies, metadata } = origin;
  await dependencies.pool.prepareSpare(metadata.agentId, {
    key: await spareKeyOf(origin),
    open: async () => (await createOpener(origin)).begin(),
  });
}

/**
 * Resumes the entry's session for a turn that is coming, where there is room. Nothing where it is proven gone: the turn finds
 * that out as well. Rejects as `resume` does.
 */
export async function prepareSessionOf(
  entry: SessionMapEntry,
  origin: SessionOrigin & { key: ConversationKey },
): Promise<void> {
  const { dependencies, key } = origin;
  await dependencies.pool.prepare(conversationId(key), {
    fingerprint: fingerprintOf(origin),
    turns: entry.turns,
    async open() {
      const session = await (await createOpener(origin)).resume(entry);
      if (session !== null) listenForLateAnswers(session, origin);
      return session;
    },
  });
}

/** What Claude says when its turn is over goes to the conversation. */
function listenForLateAnswers(
  session: AgentSession,
  { dependencies, key }: Pick<Acquisition, "dependencies" | "key">,
): void {
  collectLateAnswers(session, (text) => dependencies.deliverLateAnswer({ ...key, text }));
}

/** A new session must know what one that is opened now would know: the role text, and what Claude Code reads by itself. */
async function spareKeyOf(origin: SessionOrigin): Promise<string> {
  const { dependencies, metadata, workspace } = origin;
  const { systemPromptAppend } = await openingOf(origin);
  const context = await dependencies.readContextStamp(metadata, workspace);
  return JSON.stringify([fingerprintOf(origin), systemPromptAppend, context]);
}

function orNull(value: unknown): unknown {
  return value ?? null;
}
