const LOOPBACK = "127.0.0.1";

/**
 * The proxy exceptions of an environment, with loopback among them: Claude Code sends its hooks through HTTP_PROXY as
 * well.
 */
export function withoutProxy(ambient: NodeJS.ProcessEnv): Record<string, string> {
  const hosts = (ambient["NO_PROXY"] ?? ambient["no_proxy"] ?? "").trim();
  const exceptions = hosts === "" ? LOOPBACK : hosts === "*" ? hosts : `${hosts},${LOOPBACK}`;
  // Programs differ in which of the two they read.
  return { NO_PROXY: exceptions, no_proxy: exceptions };
}
