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
import { overviewSchema, type Overview, type OverviewQuery } from "../overview/overview.ts";
import { OVERVIEW_METHOD, RESET_SESSION_METHOD } from "../config/gateway-method-names.ts";

/** Ending a Claude process takes some seconds when it does not go by itself. */
const RESET_TIMEOUT_MS = 30_000;
/** Somebody looks at the screen meanwhile, and the files can tell most of it. */
const OVERVIEW_TIMEOUT_MS = 5_000;

/** There was no answer to rely on. */
type Unanswered =
  /** There is a Gateway, but it does not know the method or does not let us use it; its own words. */
  | { answer: "refused"; words: string }
  /** No Gateway answers. */
  | { answer: "none" };

/** What became of a request to the running Gateway. `closed` is null when there was nothing to reset. */
export type GatewayReset = { answer: "done"; closed: SessionMapEntry | null } | Unanswered;
export type GatewayOverview = { answer: "done"; overview: Overview } | Unanswered;

/**
 * Asks the running Gateway to reset a conversation: it also cancels a running turn and ends the Claude process.
 * Rejects with the `ContractorError` that the Gateway's own attempt failed with.
 */
export async function resetThroughGateway(key: ConversationKey): Promise<GatewayReset> {
  const { agentId, openclawSessionKey: sessionKey } = key;
  const asked = await ask({
    method: RESET_SESSION_METHOD,
    params: { agentId, sessionKey },
    scope: "operator.write",
    timeoutMs: RESET_TIMEOUT_MS,
    schema: resetSchema,
  });
  return asked.answer === "done" ? { answer: "done", closed: asked.value.closed } : asked;
}

/** Asks the running Gateway what is running. Rejects as `resetThroughGateway`. */
export async function overviewFromGateway(query: OverviewQuery): Promise<GatewayOverview> {
  const asked = await ask({
    method: OVERVIEW_METHOD,
    params: query,
    scope: "operator.read",
    timeoutMs: OVERVIEW_TIMEOUT_MS,
    schema: overviewSchema,
  });
  return asked.answer === "done" ? { answer: "done", overview: asked.value } : asked;
}

const resetSchema = z.looseObject({ closed: sessionMapEntrySchema.nullable() });

async function ask<Value>(request: {
  method: string;
  params: object;
  scope: "operator.read" | "operator.write";
  timeoutMs: number;
  schema: z.ZodType<Value>;
}): Promise<{ answer: "done"; value: Value } | Unanswered> {
  const { method, params, scope, timeoutMs, schema } = request;
  try {
    const answer = await callGatewayFromCli(method, { timeout: String(timeoutMs) }, params, {
      progress: false,
      scopes: [scope],
    });
    const parsed = schema.safeParse(answer);
    if (!parsed.success) return { answer: "refused", words: "its plugin is of another version" };
    return { answer: "done", value: parsed.data };
  } catch (cause) {
    if (isGatewayClientRequestError(cause)) return refusalOf(cause);
    const late = isGatewayTransportError(cause) && cause.kind === "timeout";
    return late ? { answer: "refused", words: "it did not answer in time" } : { answer: "none" };
  }
}

const failureSchema = z.object({ code: z.enum(ERROR_CODES), message: z.string(), mend: z.string() });

/** Throws what the plugin's own method failed with; anything else is the host's refusal. */
function refusalOf(cause: Error & { details?: unknown; retryable: boolean }): Unanswered {
  const failure = failureSchema.safeParse(cause.details).data;
  if (failure === undefined) return { answer: "refused", words: cause.message };
  const { code, message, mend } = failure;
  throw new ContractorError(code, { message, mend, cause, retryable: cause.retryable });
}
