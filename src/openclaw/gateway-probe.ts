import { callGatewayFromCli } from "openclaw/plugin-sdk/gateway-runtime";

/** Whether a Gateway of this installation answers. */
export async function isGatewayReachable(timeoutMs: number): Promise<boolean> {
  try {
    await callGatewayFromCli("health", { timeout: String(timeoutMs) }, {}, { progress: false });
    return true;
  } catch {
    // Whatever keeps the Gateway from answering, the answer to the question is no.
    return false;
  }
}
