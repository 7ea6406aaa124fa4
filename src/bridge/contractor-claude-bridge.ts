import { ownValue } from "../config/own-value.ts";
import { resolveContractorAgentMetadata } from "../contractor/metadata-resolver.ts";
import { SESSION_REPLACED_NOTICE } from "../contractor/recovery.ts";
import type { SessionMapEntry } from "../contractor/session-map-entry.ts";
import type { ConversationKey } from "../contractor/session-map-store.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { acquireClaudeSession, type AcquiredSession } from "./acquire-claude-session.ts";
import type { BridgeDependencies } from "./bridge-dependencies.ts";
import { conversationId } from "./conversation-id.ts";
import { buildClaudeTurnPayload, isSlashCommand } from "./input-filter.ts";
import { normalizeClaudeError, normalizeClaudeResponse } from "./response-normalizer.ts";
import { createTurnProjection, type TurnProjection } from "./turn-projection.ts";
import { emptyTurnRecord, type TurnObserver, type TurnOutcome, type TurnRequest } from "./turn.ts";

export type ContractorClaudeBridge = {
  /** One turn, start to end. Never rejects: what goes wrong is a `failed` outcome with its cause. */
  runTurn(request: TurnRequest, observer: TurnObserver): Promise<TurnOutcome>;
  /** Forgets the conversation's Claude session in the map and in memory; null when it had none. Idempotent. */
  resetConversation(key: ConversationKey): Promise<SessionMapEntry | null>;
};

export function createContractorClaudeBridge(dependencies: BridgeDependencies): ContractorClaudeBridge {
  const { pool, queue } = dependencies;

  async function takeTurn(request: TurnRequest, observer: TurnObserver): Promise<TurnOutcome> {
    const projection = createTurnProjection((event) => {
      observer.onEvent(event);
    });
    let acquired: AcquiredSession | undefined;
    let accepted = false;
    try {
      if (request.signal.aborted) return { ...projection.record, kind: "cancelled" };
      const metadata = resolveContractorAgentMetadata(dependencies.readConfig(), request.agentId);
      const payload = buildClaudeTurnPayload(request.message);
      const store = dependencies.openStore(metadata.workspace);
      acquired = await acquireClaudeSession({ dependencies, metadata, store, request });
      if (acquired.replaced) announceReplacement(projection);
      accepted = true;
      const outcome = await dispatch(acquired, { payload, request, observer, projection });
      projection.finish();
      const normalized = normalizeClaudeResponse(projection.record, {
        outcome,
        claudeSessionId: acquired.loan.session.sessionId,
        warm: acquired.loan.warm,
        slashCommand: isSlashCommand(request.message),
      });
      if (normalized.kind === "completed") await acquired.recordCompletedTurn();
      return normalized;
    } catch (cause) {
      projection.finish();
      return normalizeClaudeError(projection.record, { error: unexpectedFailure(cause), accepted });
    } finally {
      await acquired?.loan.release({ keep: acquired.keep });
    }
  }

  return {
    async runTurn(request, observer) {
      if (request.openclawSessionKey === "") return withoutIdentity();
      return queue.run(conversationId(request), () => takeTurn(request, observer));
    },
    async resetConversation(key) {
      const contractor = ownValue(dependencies.readConfig().contractors, key.agentId);
      if (contractor === undefined) return null;
      return queue.run(conversationId(key), async () => {
        await pool.evict(conversationId(key));
        return dependencies.openStore(contractor.workspace).close(key);
      });
    },
  };
}

function dispatch(
  acquired: AcquiredSession,
  turn: {
    payload: ReturnType<typeof buildClaudeTurnPayload>;
    request: TurnRequest;
    observer: TurnObserver;
    projection: TurnProjection;
  },
): ReturnType<AcquiredSession["loan"]["session"]["prompt"]> {
  const { payload, request, observer, projection } = turn;
  return acquired.loan.session.prompt({
    text: payload.text,
    images: payload.images,
    signal: request.signal,
    onUpdate: (update) => {
      projection.apply(update);
    },
    onPermissionRequest: (permission, signal) => observer.onPermissionRequest(permission, signal),
  });
}

/** The person reads the notice as the first paragraph of the answer, live and in the history. */
function announceReplacement(projection: TurnProjection): void {
  projection.apply({
    sessionUpdate: "agent_message_chunk",
    content: { type: "text", text: `${SESSION_REPLACED_NOTICE}\n\n` },
  });
}

/** Fails closed: a turn that names no conversation must not land in somebody else's. */
function withoutIdentity(): TurnOutcome {
  const error = new ContractorError("session-identity-missing", {
    message: "OpenClaw gave this turn no session key, so it cannot be told which conversation it belongs to.",
    mend: "Send the message through a channel, the Control UI, the API or `openclaw agent --agent <id>`.",
  });
  return normalizeClaudeError(emptyTurnRecord(), { error, accepted: false });
}
