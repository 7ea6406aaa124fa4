import { AsyncLocalStorage } from "node:async_hooks";
import { AgentHarnessPreflightError } from "openclaw/plugin-sdk/agent-harness-runtime";
import type { ContractorClaudeBridge } from "../bridge/contractor-claude-bridge.ts";
import {
  emptyTurnRecord,
  type FailedTurn,
  type TurnEvent,
  type OfferedTools,
  type TurnObserver,
  type TurnOutcome,
  type TurnRequest,
} from "../bridge/turn.ts";
import { ownValue } from "../config/own-value.ts";
import { ATTEMPTS } from "../config/trace-channels.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { registerActiveRun, type ActiveRun } from "./active-run.ts";
import { createAttemptAuthority } from "./attempt-authority.ts";
import { createAttemptEvents, type AttemptEvents } from "./attempt-events.ts";
import { createAttemptHooks, type AttemptHooks } from "./attempt-hooks.ts";
import { turnRequestOf } from "./attempt-input.ts";
import { assistantMessageOf, attemptResultOf } from "./attempt-result.ts";
import { createAttemptTools, endedWithTurn, type AttemptTools } from "./attempt-tools.ts";
import { reportOutputTokens } from "./attempt-usage.ts";
import { awaitedTurn } from "./awaited-turns.ts";
import type { AssistantMessage, AttemptParams, AttemptResult } from "./harness-types.ts";
import { evidenceOf } from "./openclaw-tool-evidence.ts";
import { writeToolRows } from "./openclaw-tool-rows.ts";
import type { KnownToolLists } from "./known-tool-lists.ts";
import { createOpenClawTools, type HostToolCallRecord } from "./openclaw-tools.ts";
import { readPluginConfig, type HostConfig } from "./plugin-config.ts";
import { presentable } from "./tool-lines.ts";
import { restrictedNativeTools } from "./tool-policy.ts";
import { createTurnDiagnostics, type TurnDiagnostics } from "./turn-diagnostics.ts";
import { mirrorAssistantMessage, type TranscriptReceipt } from "./transcript-mirror.ts";

export type HarnessDependencies = {
  /** Called at the first turn, never at registration: registering must start nothing. */
  bridge: () => ContractorClaudeBridge;
  readHostConfig: () => HostConfig;
  toolLists: KnownToolLists;
  log: (message: string) => void;
};

/** One attempt and everybody who has a part in it. */
type Attempt = {
  params: AttemptParams;
  dependencies: HarnessDependencies;
  run: ActiveRun;
  events: AttemptEvents;
  hooks: AttemptHooks;
  tools: AttemptTools;
  diagnostics: TurnDiagnostics;
  /** How often Claude Code has compacted its context. */
  compactions: number;
  /** What was called of OpenClaw's own tools. */
  called: HostToolCallRecord[];
};

/** One turn of a contractor, start to end, as OpenClaw's own agents take theirs. */
export function runAttempt(dependencies: HarnessDependencies, params: AttemptParams): Promise<AttemptResult> {
  return ATTEMPTS.tracePromise(() => takeAttempt(dependencies, params), { runId: params.runId });
}

async function takeAttempt(dependencies: HarnessDependencies, params: AttemptParams): Promise<AttemptResult> {
  const { log } = dependencies;
  const attempt: Attempt = {
    params,
    dependencies,
    run: registerActiveRun(params, log, awaitedTurn(params.runId)?.signal),
    events: createAttemptEvents(params, log),
    hooks: createAttemptHooks(params, log),
    tools: createAttemptTools(params, log),
    diagnostics: createTurnDiagnostics(params),
    compactions: 0,
    called: [],
  };
  try {
    attempt.events.turnStarted();
    const outcome = endOf(attempt, await takeTurn(attempt));
    const awaited = awaitedTurn(params.runId);
    if (awaited !== undefined) awaited.outcome = outcome;
    const kept = await keepAnswer(attempt, outcome);
    // Whoever hears of the end may look at the history next, or begin another run.
    attempt.run.close();
    await attempt.events.turnEnded(endingOf(attempt, outcome));
    await attempt.hooks.turnEnded({ outcome, assistant: kept.assistant });
    if (outcome.kind === "failed") throw hostErrorOf(outcome);
    return attemptResultOf(params, {
      outcome,
      ...kept,
      tools: attempt.tools,
      evidence: evidenceOf(params, attempt.called),
      compactionCount: attempt.compactions,
    });
  } finally {
    attempt.run.close();
  }
}

/** Never rejects: what could not even be prepared is a failed turn, which another model may take. */
async function takeTurn(attempt: Attempt): Promise<TurnOutcome> {
  const { params, dependencies, run, hooks } = attempt;
  try {
    const config = dependencies.readHostConfig();
    const nativeTools = restrictedNativeTools(params);
    const openclawTools = openclawToolsFor(attempt, config);
    const request = await turnRequestOf(params, config, { nativeTools, openclawTools });
    const built = await hooks.promptBuilt({ ...request, signal: run.signal });
    await hooks.dispatched(built);
    const outcome = await dependencies.bridge().runTurn(built, observerOf(attempt, built));
    attempt.diagnostics.ended(outcome);
    return outcome;
  } catch (cause) {
    const error = unexpectedFailure(cause);
    // What a plugin forbids, another model must not be asked for.
    const mayGoElsewhere = error.code !== "turn-blocked";
    return { ...emptyTurnRecord(), kind: "failed", error, accepted: false, acted: false, mayGoElsewhere };
  } finally {
    run.settled();
  }
}

/** Those that the contractor's settings select, of those that OpenClaw's policy leaves. */
function openclawToolsFor(
  { params, dependencies, called }: Attempt,
  config: HostConfig,
): OfferedTools | null {
  const { toolLists: known, log } = dependencies;
  const contractor = ownValue(readPluginConfig(config).contractors, params.agentId ?? "");
  if (contractor === undefined) return null;
  return createOpenClawTools(params, {
    selection: contractor.tools,
    onlyLooks: contractor.permissionMode === "plan",
    ...{ known, log },
    async onCalled(call) {
      called.push(call);
      await writeToolRows(params, call).catch((cause: unknown) => {
        log(
          `run ${params.runId}: a call of ${call.toolName} is missing in the history: ${unexpectedFailure(cause).message}`,
        );
      });
    },
  });
}

/**
 * What comes from Claude Code comes over pipes and a listener, which belong to the turn that they were opened in. OpenClaw
 * refuses work of a turn that is over, so each word is heard as a part of this attempt.
 */
function observerOf(
  attempt: Attempt,
  { nativeTools, openclawTools }: Pick<TurnRequest, "nativeTools" | "openclawTools">,
): TurnObserver {
  const { params, dependencies, events, run, diagnostics } = attempt;
  const authority = createAttemptAuthority(params, { nativeTools, openclawTools, log: dependencies.log });
  return {
    onEvent: AsyncLocalStorage.bind((event) => {
      onEvent(attempt, event);
    }),
    onStep: AsyncLocalStorage.bind((step) => {
      diagnostics.onStep(step);
    }),
    onSteerable: AsyncLocalStorage.bind((steer) => {
      events.handedOver();
      run.onSteerable(steer);
    }),
    onBeforeToolCall: AsyncLocalStorage.bind((call, signal) =>
      run.whileWaiting(() => authority.onBeforeToolCall(call, signal)),
    ),
    onPermissionRequest: AsyncLocalStorage.bind((request, signal) =>
      run.whileWaiting(() => authority.onPermissionRequest(request, signal)),
    ),
    onQuestion: AsyncLocalStorage.bind((request, signal) =>
      run.whileWaiting(() => authority.onQuestion(request, signal)),
    ),
  };
}

function onEvent(attempt: Attempt, told: TurnEvent): void {
  const { events, hooks, run, tools } = attempt;
  const event = "call" in told ? { ...told, call: presentable(told.call) } : told;
  events.onEvent(event);
  if (event.type === "tool-end") {
    // In this order: the hook consumes what the account still looks at.
    tools.ended(event.call);
    hooks.toolEnded(event.call);
  }
  if (event.type === "compaction") {
    run.compacting(event.phase);
    hooks.compaction(event.phase);
    if (event.phase === "end") attempt.compactions += 1;
  }
}

/** The outcome in which nothing runs any more, told to everybody who was told that it began. */
function endOf(attempt: Attempt, outcome: TurnOutcome): TurnOutcome {
  const { params, dependencies } = attempt;
  const reason = outcome.kind === "cancelled" ? "cancelled" : "The turn ended before this tool did.";
  const toolCalls = endedWithTurn(outcome.toolCalls, { reason, now: Date.now() });
  toolCalls.forEach((call, index) => {
    if (call !== outcome.toolCalls[index]) onEvent(attempt, { type: "tool-end", call });
  });
  if (outcome.kind === "failed") {
    dependencies.log(`run ${params.runId}: ${outcome.error.code}: ${outcome.error.message}`);
    if (outcome.error.code === "turn-deadline") params.onAttemptTimeout?.(outcome.error);
  }
  try {
    reportOutputTokens(params, outcome);
  } catch (cause) {
    // The host has closed the attempt already.
    dependencies.log(`run ${params.runId}: its output tokens are not counted: ${String(cause)}`);
  }
  return { ...outcome, toolCalls: toolCalls.map(presentable) };
}

function endingOf(attempt: Attempt, outcome: TurnOutcome): Parameters<AttemptEvents["turnEnded"]>[0] {
  if (outcome.kind === "failed") return { error: outcome.error.toParagraph() };
  return outcome.kind === "cancelled" ? { aborted: attempt.run.signal } : {};
}

/**
 * What was said goes into OpenClaw's transcript, however the turn ended: the person has seen it. When it cannot, the
 * person keeps the answer all the same: an error here would make the host take an accepted turn for one that failed.
 */
async function keepAnswer(
  { params, dependencies }: Attempt,
  outcome: TurnOutcome,
): Promise<{ assistant: AssistantMessage | undefined; receipt: TranscriptReceipt }> {
  if (outcome.text === "") return { assistant: undefined, receipt: { owned: false } };
  const assistant = assistantMessageOf(params, { outcome, now: Date.now() });
  try {
    return { assistant, receipt: await mirrorAssistantMessage(params, assistant) };
  } catch (cause) {
    dependencies.log(
      `run ${params.runId}: the answer is missing in the history: ${unexpectedFailure(cause).toParagraph()}`,
    );
    return { assistant, receipt: { owned: false } };
  }
}

/**
 * The one error whose words the host shows as they are; every other it replaces by its own guess at the cause. With
 * the scope, the host may try another model; without it the turn is over, as it must be once the contractor had the prompt.
 */
function hostErrorOf(outcome: FailedTurn): AgentHarnessPreflightError {
  const paragraph = outcome.error.toParagraph();
  // No `cause`: some surfaces append every cause to the message.
  return new AgentHarnessPreflightError(paragraph, {
    userMessage: paragraph,
    ...(outcome.mayGoElsewhere ? { scope: "harness" as const } : {}),
  });
}
