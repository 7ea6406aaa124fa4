import {
  callGatewayFromCli,
  isGatewayClientRequestError,
  isGatewayTransportError,
} from "openclaw/plugin-sdk/gateway-runtime";
import { z } from "zod";
import { sessionMapEntrySchema, type SessionMapEntry } from "../contractor/session-map/session-map-entry.ts";
import type { ConversationKey } from "../contractor/session-map/session-map-store.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import { ERROR_CODES } from "../errors/error-codes.ts";
import { RESET_SESSION_METHOD } from "./gateway-method-names.ts";

/** Ending a Claude process takes some seconds when it does not go by itself. */
const RESET_TIMEOUT_MS = 30_000;

/** What became of a request to the running Gateway. */
export type GatewayReset =
  /** It reset the conversation; null: there was nothing to reset. */
  | { answer: "done"; closed: SessionMapEntry | null }
  /** There is a Gateway, but it does not know the method or does not let us use it; its own words. */
  | { answer: "refused"; words: string }
  /** No Gateway answers. */
  | { answer: "none" };

/**
 * Asks the running Gateway to reset a conversation: it also cancels a running turn and ends the Claude process.
 * Rejects with the `ContractorError` that the Gateway's own attempt failed with.
 */
export async function resetThroughGateway(key: ConversationKey): Promise<GatewayReset> {
  const { agentId, openclawSessionKey: sessionKey } = key;
  try {
    const answer = await callGatewayFromCli(
      RESET_SESSION_METHOD,
      { timeout: String(RESET_TIMEOUT_MS) },
      { agentId, sessionKey },
      { progress: false, scopes: ["operator.write"] },
    );
    const { data } = answerSchema.safeParse(answer);
    if (data === undefined) return { answer: "refused", words: "its plugin is of another version" };
    return { answer: "done", closed: data.closed };
  } catch (cause) {
    if (isGatewayClientRequestError(cause)) return refusalOf(cause);
    const late = isGatewayTransportError(cause) && cause.kind === "timeout";
    return late ? { answer: "refused", words: "it did not answer in time" } : { answer: "none" };
  }
}

const answerSchema = z.looseObject({ closed: sessionMapEntrySchema.nullable() });
const failureSchema = z.object({ code: z.enum(ERROR_CODES), message: z.string(), mend: z.string() });

/** Throws what the plugin's own method failed with; anything else is the host's refusal. */
function refusalOf(cause: Error & { details?: unknown; retryable: boolean }): GatewayReset {
  const failure = failureSchema.safeParse(cause.details).data;
  if (failure === undefined) return { answer: "refused", words: cause.message };
  const { code, message, mend } = failure;
  throw new ContractorError(code, { message, mend, cause, retryable: cause.retryable });
}
