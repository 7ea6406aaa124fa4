import {
  ErrorCodes,
  errorShape,
  type GatewayRequestHandlerOptions,
} from "openclaw/plugin-sdk/gateway-runtime";
import { z } from "zod";
import { ContractorError } from "../errors/contractor-error.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";

/** A failure keeps its code and its words: they travel in the details of the host's error. */
export async function answerRequest(
  { respond }: Pick<GatewayRequestHandlerOptions, "respond">,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    respond(true, await work());
  } catch (cause) {
    const { code, message, mend, retryable } = unexpectedFailure(cause);
    const hostCode = code === "usage" ? ErrorCodes.INVALID_REQUEST : ErrorCodes.UNAVAILABLE;
    respond(false, undefined, errorShape(hostCode, message, { details: { code, message, mend }, retryable }));
  }
}

/** The parameters of a method. Throws `usage`; `example`: what can be given. */
export function parseParams<Params>(
  params: unknown,
  expected: { schema: z.ZodType<Params>; method: string; example: string },
): Params {
  const { schema, method, example } = expected;
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  throw new ContractorError("usage", {
    message: `The parameters of ${method} are not valid: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}.`,
    mend: `Give ${example}.`,
    cause: parsed.error,
  });
}
