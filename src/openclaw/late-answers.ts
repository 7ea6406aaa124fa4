import { randomUUID } from "node:crypto";
import { runAgentHarnessBeforeMessageWriteHook } from "openclaw/plugin-sdk/agent-harness-runtime";
import { buildOutboundSessionContext, sendDurableMessageBatch } from "openclaw/plugin-sdk/channel-outbound";
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import {
  deliveryContextFromSession,
  getSessionEntry,
  resolveSendPolicy,
  resolveStorePath,
} from "openclaw/plugin-sdk/session-store-runtime";
import { BRIDGE_MODEL_ID, PLUGIN_ID, PROVIDER_ID } from "../config/identifiers.ts";
import type { ConversationKey } from "../contractor/session-map/session-map-store.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { NOTHING_USED } from "./attempt-usage.ts";
import type { SessionEntry } from "./attempt-settings.ts";
import type { AssistantMessage } from "./harness-types.ts";
import type { HostConfig } from "./plugin-config.ts";
import { loadTranscriptRuntime } from "./session-transcript.ts";

export type LateAnswer = ConversationKey & { text: string };

export type LateAnswers = {
  /** Never rejects: an answer that cannot be delivered is in the log, with the reason. */
  deliver(answer: LateAnswer): Promise<void>;
};

/** The Control UI's own channel has no way out: its clients see the row of the transcript. */
const INTERNAL_CHANNEL = "webchat";
/** What the host itself takes for an answer that nobody is to see. */
const SILENT = new Set(["", "NO_REPLY", "HEARTBEAT_OK"]);

type OutboundConfig = Parameters<typeof sendDurableMessageBatch>[0]["cfg"];
type Delivery = LateAnswer & { config: HostConfig; entry: SessionEntry; storePath: string };

/**
 * What Claude says after its turn, when a task in the background is done: a row of the conversation's history, which
 * clients that watch the conversation see at once (`session.message`), and a message on the channel that the
 * conversation was last held on.
 */
export function createLateAnswers(
  api: Pick<OpenClawPluginApi, "runtime">,
  log: (message: string) => void,
): LateAnswers {
  return {
    async deliver(answer) {
      if (SILENT.has(answer.text.trim())) return;
      const report = (cause: unknown): void => {
        const why = typeof cause === "string" ? cause : unexpectedFailure(cause).toParagraph();
        log(`${answer.openclawSessionKey}: an answer that came after its turn is not delivered: ${why}`);
      };
      try {
        const config = api.runtime.config.current();
        const { agentId, openclawSessionKey: sessionKey } = answer;
        const storePath = resolveStorePath(config.session?.store, { agentId });
        const entry = getSessionEntry({ agentId, sessionKey, storePath, readConsistency: "latest" });
        if (entry === undefined) {
          report("OpenClaw has no such session any more.");
          return;
        }
        const delivery = { ...answer, config, entry, storePath };
        // Each way is tried whatever became of the other.
        for (const way of [writeRow, sendToChannel]) {
          const problem = await way(delivery).catch((cause: unknown) => cause);
          if (problem !== undefined) report(problem);
        }
      } catch (cause) {
        report(cause);
      }
    },
  };
}

/** Resolves to what kept the row from being written. */
async function writeRow(delivery: Delivery): Promise<string | undefined> {
  const { agentId, openclawSessionKey: sessionKey, config, entry, storePath } = delivery;
  const runId = `${PLUGIN_ID}:late:${randomUUID()}`;
  const message = rowOf(delivery.text);
  const prepared = runAgentHarnessBeforeMessageWriteHook({ message, agentId, sessionKey });
  // Another plugin's hook decided that this row is not to be kept.
  if (prepared?.role !== "assistant") return undefined;
  const runtime = await loadTranscriptRuntime();
  const appended = await runtime.appendSessionTranscriptMessageByIdentityStrict({
    agentId,
    sessionId: entry.sessionId,
    sessionKey,
    storePath,
    runId,
    cwd: entry.spawnedCwd ?? process.cwd(),
    config,
    message: { ...prepared, idempotencyKey: `${runId}:assistant` },
    idempotencyLookup: "scan",
    updateMode: "inline",
  });
  return appended.kind === "rejected" ? `OpenClaw did not take the row: ${appended.reason}.` : undefined;
}

function rowOf(text: string): AssistantMessage {
  return {
    role: "assistant",
    content: [{ type: "text", text }],
    api: "anthropic-messages",
    provider: PROVIDER_ID,
    model: BRIDGE_MODEL_ID,
    // It belongs to no turn, and is counted with the session.
    usage: NOTHING_USED,
    stopReason: "stop",
    timestamp: Date.now(),
  };
}

/** Resolves to what kept the message from being sent; a conversation without a channel needs none. */
async function sendToChannel(delivery: Delivery): Promise<string | undefined> {
  const { agentId, openclawSessionKey: sessionKey, entry, text } = delivery;
  // The host's types want a configuration that may be changed. It changes none, and knows its own by identity.
  const cfg = delivery.config as OutboundConfig;
  const { channel, to, accountId, threadId } = deliveryContextFromSession(entry) ?? {};
  if (channel === undefined || to === undefined || channel === INTERNAL_CHANNEL) return undefined;
  if (resolveSendPolicy({ cfg, entry, sessionKey, channel }) === "deny") return undefined;
  const session = buildOutboundSessionContext({ cfg, agentId, sessionKey });
  const sent = await sendDurableMessageBatch({
    cfg,
    channel,
    to,
    payloads: [{ text }],
    ...(accountId === undefined ? {} : { accountId }),
    ...(threadId === undefined ? {} : { threadId }),
    ...(session === undefined ? {} : { session }),
  });
  if (sent.status === "sent") return undefined;
  if (sent.status === "suppressed") return `${channel} suppressed it (${sent.reason}).`;
  return `${channel}: ${sent.error instanceof Error ? sent.error.message : String(sent.error)}`;
}
