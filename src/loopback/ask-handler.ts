import type { ServerResponse } from "node:http";
import type { BeforeToolCall, BeforeToolCallVerdict, ToolGateHandler } from "./tool-gate.ts";

/**
 * The handler's verdict; a refusal when it throws or takes too long. Its signal aborts then, and when the one who asked
 * hangs up.
 */
export async function askHandler(
  handler: ToolGateHandler,
  call: BeforeToolCall,
  { response, limitMs }: { response: ServerResponse; limitMs: number },
): Promise<BeforeToolCallVerdict> {
  const asking = new AbortController();
  const stop = (): void => {
    asking.abort();
  };
  const limit = setTimeout(stop, limitMs).unref();
  response.once("close", stop);
  const stopped = new Promise<BeforeToolCallVerdict>((resolve) => {
    asking.signal.addEventListener("abort", () => {
      resolve(refusal("OpenClaw did not answer in time"));
    });
  });
  try {
    return await Promise.race([handler(call, asking.signal), stopped]);
  } catch {
    return refusal("the check in OpenClaw failed");
  } finally {
    clearTimeout(limit);
    response.off("close", stop);
  }
}

/** In words for the model. */
export function refusal(cause: string): BeforeToolCallVerdict {
  return { allow: false, reason: `Refused before it began: ${cause}.` };
}
