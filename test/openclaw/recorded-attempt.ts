import type { ToolCallFact } from "../../src/bridge/turn.ts";
import type { AttemptParams } from "../../src/openclaw/harness-types.ts";

/** The callbacks of an attempt through which channels and the host hear of it. */
const CALLBACKS = [
  "onAgentEvent",
  "onPartialReply",
  "onReasoningStream",
  "onReasoningEnd",
  "onAssistantMessageStart",
  "onToolResult",
  "onExecutionStarted",
  "onExecutionPhase",
  "onRunProgress",
  "onAttemptTimeout",
  "onAttemptAbort",
] as const;

export type RecordedAttempt = {
  params: AttemptParams;
  /** What the callbacks were given, in order, as name and argument. */
  calls: [name: string, argument: unknown][];
  /** What one callback was given. */
  given: (name: (typeof CALLBACKS)[number]) => unknown[];
};

let attempts = 0;

/** An attempt whose callbacks write down what they are given; the rest of what a host gives is not looked at. */
export function recordedAttempt(overrides: Partial<AttemptParams> = {}): RecordedAttempt {
  attempts += 1;
  const calls: RecordedAttempt["calls"] = [];
  const callbacks = CALLBACKS.map((name) => [name, (argument: unknown) => void calls.push([name, argument])]);
  const params = {
    runId: `run-${attempts}`,
    sessionId: `session-${attempts}`,
    sessionKey: `agent:dev:session-${attempts}`,
    sessionFile: `session-${attempts}.jsonl`,
    agentId: "dev",
    workspaceDir: "workspace",
    provider: "contractor-agent",
    modelId: "contractor-opus",
    sessionPersistence: "detached",
    messageChannel: "webchat",
    hostCapabilities: {},
    ...Object.fromEntries(callbacks),
    ...overrides,
  } as unknown as AttemptParams;
  return {
    params,
    calls,
    given: (name) => calls.filter(([called]) => called === name).map(([, argument]) => argument),
  };
}

export function toolCall(facts: Partial<ToolCallFact> = {}): ToolCallFact {
  return {
    toolCallId: "call-1",
    toolName: "Bash",
    title: "`npm test`",
    kind: "execute",
    input: { command: "npm test" },
    status: "running",
    output: undefined,
    refused: false,
    startedAt: 1_000,
    endedAt: undefined,
    parentToolCallId: undefined,
    ...facts,
  };
}
