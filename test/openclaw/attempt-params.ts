import type { AttemptParams } from "../../src/openclaw/harness-types.ts";

type HostCapabilities = AttemptParams["hostCapabilities"];
type Overrides = Partial<Omit<AttemptParams, "hostCapabilities">> & {
  hostCapabilities?: Partial<HostCapabilities>;
};

/** A prepared attempt as far as the authority of a turn looks at it; whatever a test does not give is not there. */
export function sampleAttempt({ hostCapabilities, ...overrides }: Overrides = {}): AttemptParams {
  const capabilities: Partial<HostCapabilities> = { assertActive: () => undefined, ...hostCapabilities };
  const params: Partial<AttemptParams> = {
    runId: "run-1",
    agentId: "dev",
    sessionId: "session-1",
    sessionKey: "agent:dev:main",
    provider: "contractor-agent",
    modelId: "contractor-claude-bridge",
    timeoutMs: 600_000,
    hostCapabilities: capabilities as HostCapabilities,
    ...overrides,
  };
  return params as AttemptParams;
}
