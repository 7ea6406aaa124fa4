import type { AgentSession } from "../acp/acp-adapter.ts";
import type { ContractorAgentMetadata } from "../contractor/metadata-resolver.ts";
import { isSessionProvenGone } from "../contractor/recovery.ts";
import type { SessionMapEntry } from "../contractor/session-map-entry.ts";
import type { ConversationKey, SessionMapStore } from "../contractor/session-map-store.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { SessionLoan } from "../pool/session-pool.ts";
import type { BridgeDependencies } from "./bridge-dependencies.ts";
import { conversationId } from "./conversation-id.ts";
import type { TurnRequest } from "./turn.ts";

/** The live Claude session of one turn, and what the map must learn of it. */
export type AcquiredSession = {
  loan: SessionLoan;
  /** Keep the process warm after the turn. */
  keep: boolean;
  /** True when an earlier session of the conversation was proven gone and this one took its place. */
  replaced: boolean;
  /** Writes the id into the map: only now is it known to be resumable. */
  recordCompletedTurn(): Promise<void>;
};

type Acquisition = {
  dependencies: BridgeDependencies;
  metadata: ContractorAgentMetadata;
  store: SessionMapStore;
  request: TurnRequest;
};

/** Finds the conversation's Claude session and makes it live: warm, resumed, or new. */
export async function acquireClaudeSession(acquisition: Acquisition): Promise<AcquiredSession> {
  const { dependencies, metadata, store, request } = acquisition;
  const workspace = await dependencies.resolveWorkspace(metadata.workspace);
  const key: ConversationKey = { agentId: request.agentId, openclawSessionKey: request.openclawSessionKey };
  const persistent = metadata.mode === "persistent";
  const entry = persistent ? await store.get(key) : null;
  const opener = createOpener(acquisition, { entry, workspace });
  const loan = await dependencies.pool.acquire(conversationId(key), {
    fingerprint: fingerprintOf(metadata, workspace),
    claudeSessionId: entry?.claudeSessionId ?? null,
    open: opener.open,
  });
  return {
    loan,
    keep: persistent && !request.lastTurnOfProcess,
    replaced: opener.replaced(),
    async recordCompletedTurn() {
      if (!persistent) return;
      if (entry !== null) {
        const current = await store.get(key);
        // Another process reset the conversation, or removed the agent, while the turn ran: that stays so.
        if (current?.claudeSessionId !== entry.claudeSessionId) return;
        // Not before: a replacement whose first turn fails has not been announced to anybody.
        if (opener.replaced()) await store.markOrphaned(key);
      }
      await store.put(
        entryAfterTurn({
          key,
          workspace,
          earlier: entry,
          sessionId: loan.session.sessionId,
          now: dependencies.now(),
        }),
      );
    },
  };
}

/** Opens the session that the map names; a new one when there is none or it is proven gone. */
function createOpener(
  { dependencies, metadata }: Acquisition,
  conversation: { entry: SessionMapEntry | null; workspace: string },
): { open: () => Promise<AgentSession>; replaced: () => boolean } {
  let replaced = false;
  return {
    replaced: () => replaced,
    async open() {
      const { entry, workspace } = conversation;
      const adapter = await dependencies.createAdapter(metadata);
      const systemPromptAppend = await dependencies.readBootstrap(metadata);
      const opening = { workspace, systemPromptAppend };
      if (entry === null) return adapter.createSession(opening);
      if (entry.workspace !== workspace) throw workspaceMoved(entry, workspace);
      try {
        return await adapter.resumeSession({ ...opening, sessionId: entry.claudeSessionId });
      } catch (failure) {
        if (!ContractorError.isInstance(failure)) throw failure;
        const exists = (): Promise<boolean> => dependencies.transcriptExists(entry.claudeSessionId);
        if (!(await isSessionProvenGone(failure, exists))) throw failure;
        replaced = true;
        return adapter.createSession(opening);
      }
    },
  };
}

/** Claude Code finds a session by the real path of its folder, so it cannot be resumed from another one. */
function workspaceMoved(entry: SessionMapEntry, workspace: string): ContractorError {
  return new ContractorError("workspace-moved", {
    message: `This conversation's Claude session belongs to the folder ${entry.workspace}, but the workspace is now ${workspace}.`,
    mend: "Move the folder back, or send /new to begin a new session there.",
  });
}

/** Stable facts only: anything that changes from turn to turn would cost the warm process. */
function fingerprintOf(metadata: ContractorAgentMetadata, workspace: string): string {
  const { adapter, endpoint, model, claudeExecutable } = metadata;
  return JSON.stringify([adapter, endpoint ?? null, model ?? null, claudeExecutable ?? null, workspace]);
}

function entryAfterTurn(turn: {
  key: ConversationKey;
  workspace: string;
  earlier: SessionMapEntry | null;
  sessionId: string;
  now: Date;
}): SessionMapEntry {
  const { key, workspace, earlier, sessionId, now } = turn;
  const timestamp = now.toISOString();
  const continued = earlier?.claudeSessionId === sessionId ? earlier : null;
  return {
    ...key,
    contractor: "claude",
    claudeSessionId: sessionId,
    workspace,
    createdAt: continued?.createdAt ?? timestamp,
    lastActivityAt: timestamp,
    state: "active",
    turns: (continued?.turns ?? 0) + 1,
  };
}
