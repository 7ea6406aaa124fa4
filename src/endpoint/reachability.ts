/** For the headers of an answer. A connection that nobody accepts fails sooner. */
const ANSWER_MS = 20_000;
const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Whether anything listens at an endpoint's address. It is asked without its key, and any answer will do. One that is
 * silent counts as there: a model server on a small machine answers nobody else while it works.
 */
export async function isReachable(baseUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${baseUrl}/v1/models`, { signal: AbortSignal.timeout(ANSWER_MS) });
    await response.body?.cancel();
    return true;
  } catch (cause) {
    return cause instanceof DOMException && cause.name === "TimeoutError";
  }
}

/** Claude Code goes through a proxy that this process would go past: what fails here may work there. */
export function isBehindProxy(baseUrl: string, ambient: NodeJS.ProcessEnv): boolean {
  if (LOOPBACK.test(new URL(baseUrl).hostname)) return false;
  return PROXY_VARIABLES.some((name) => Boolean(ambient[name]));
}
