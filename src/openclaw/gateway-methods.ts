import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import {
  ErrorCodes,
  errorShape,
  type GatewayRequestHandlerOptions,
} from "openclaw/plugin-sdk/gateway-runtime";
import { z } from "zod";
import type { ContractorClaudeBridge } from "../bridge/contractor-claude-bridge.ts";
import { PLUGIN_ID } from "../config/identifiers.ts";
import type { SessionMapEntry } from "../contractor/session-map/session-map-entry.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { conversationKeyOf } from "./conversation-key.ts";

/** Params `{agentId, sessionKey}`; answers `{closed}`: the entry that was ended, or null when none was active. */
export const RESET_SESSION_METHOD = `${PLUGIN_ID}.resetSession`;

/** What may be asked of the Gateway that runs the turns, by the commands among others. `bridge` is called at a request. */
export function registerGatewayMethods(api: OpenClawPluginApi, bridge: () => ContractorClaudeBridge): void {
  api.registerGatewayMethod(
    RESET_SESSION_METHOD,
    (request) =>
      answer(request, async () => {
        const { agentId, sessionKey } = parseParams(request.params);
        const key = conversationKeyOf({ config: api.runtime.config.current(), agentId, sessionKey });
        const closed: SessionMapEntry | null = await bridge().resetConversation(key, "reset");
        return { closed };
      }),
    { scope: "operator.write" },
  );
}

type Request = Pick<GatewayRequestHandlerOptions, "respond">;

/** A failure keeps its code and its words: they travel in the details of the host's error. */
async function answer({ respond }: Request, work: () => Promise<unknown>): Promise<void> {
  try {
    respond(true, await work());
  } catch (cause) {
    const { code, message, mend, retryable } = unexpectedFailure(cause);
    const hostCode = code === "usage" ? ErrorCodes.INVALID_REQUEST : ErrorCodes.UNAVAILABLE;
    respond(false, undefined, errorShape(hostCode, message, { details: { code, message, mend }, retryable }));
  }
}

const paramsSchema = z.strictObject({ agentId: z.string().min(1), sessionKey: z.string().min(1) });

function parseParams(params: unknown): z.infer<typeof paramsSchema> {
  const parsed = paramsSchema.safeParse(params);
  if (parsed.success) return parsed.data;
  throw new ContractorError("usage", {
    message: `The parameters of ${RESET_SESSION_METHOD} are not valid: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}.`,
    mend: 'Give {"agentId": "…", "sessionKey": "…"}.',
    cause: parsed.error,
  });
}
