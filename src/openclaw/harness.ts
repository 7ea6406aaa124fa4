import type { AgentHarnessV2 } from "openclaw/plugin-sdk/agent-harness";
import { AgentHarnessPreflightError } from "openclaw/plugin-sdk/agent-harness-runtime";
import type { ContractorClaudeBridge } from "../bridge/contractor-claude-bridge.ts";
import type { FailedTurn, SettledTurn, ToolCallFact } from "../bridge/turn.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { HARNESS_ID, PROVIDER_ID } from "../config/identifiers.ts";
import { createAttemptEvents } from "./attempt-events.ts";
import { turnRequestOf } from "./attempt-input.ts";
import { askForPermission } from "./attempt-permissions.ts";
import { assistantMessageOf, attemptResultOf } from "./attempt-result.ts";
import { bridgeModelRow } from "./bridge-model.ts";
import type { HostConfig } from "./plugin-config.ts";
import { createSessionLifecycle } from "./session-lifecycle.ts";
import type { AssistantMessage, AttemptParams, AttemptResult } from "./harness-types.ts";
import { mirrorAssistantMessage, type TranscriptReceipt } from "./transcript-mirror.ts";

export type HarnessDependencies = {
  /** Called at the first turn, never at registration: registering must start nothing. */
  bridge(): ContractorClaudeBridge;
  readHostConfig(): HostConfig;
  log(message: string): void;
};

/** The host's side of a turn: it translates, and decides nothing. */
export function createContractorHarness(dependencies: HarnessDependencies): AgentHarnessV2 {
  return {
    id: HARNESS_ID,
    label: "Contractor agent (Claude Code)",
    autoSelection: { providerIds: [PROVIDER_ID] },
    authBootstrap: "harness",
    executionEnvironment: "host-only",
    deliveryDefaults: { visibleReplies: "automatic" },
    supports: ({ provider }) =>
      provider === PROVIDER_ID
        ? { supported: true, priority: 100 }
        : { supported: false, reason: `only models of ${PROVIDER_ID} are contractors` },
    loadModelCatalog: () => Promise.resolve([bridgeModelRow()]),
    runAttempt: (params) => runAttempt(dependencies, params),
    ...createSessionLifecycle(dependencies),
  };
}

async function runAttempt(dependencies: HarnessDependencies, params: AttemptParams): Promise<AttemptResult> {
  const events = createAttemptEvents(params, (message) => {
    dependencies.log(message);
  });
  let lastToolError: AttemptResult["lastToolError"];
  events.turnStarted();
  const request = turnRequestOf(params, dependencies.readHostConfig());
  const outcome = await dependencies.bridge().runTurn(request, {
    onEvent(event) {
      events.onEvent(event);
      if (event.type === "tool-end") lastToolError = reportToolEnd(params, event.call) ?? lastToolError;
    },
    onPermissionRequest: (request, signal) => askForPermission(params, request, signal),
  });
  if (outcome.kind === "failed") {
    dependencies.log(`run ${params.runId}: ${outcome.error.code}: ${outcome.error.message}`);
    await events.turnEnded({ error: outcome.error.toParagraph() });
    throw hostErrorOf(outcome);
  }
  const { assistant, receipt } = await keepAnswer(dependencies, { params, outcome });
  // After the row is written: who hears of the end may look at the history next.
  await events.turnEnded({ aborted: outcome.kind === "cancelled" });
  return attemptResultOf(params, { outcome, assistant, receipt, lastToolError });
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

/**
 * The answer, or what was said before a cancel, goes into OpenClaw's transcript. When it cannot, the person gets it all
 * the same: an error here would make the host take an accepted turn for one that failed.
 */
async function keepAnswer(
  dependencies: HarnessDependencies,
  { params, outcome }: { params: AttemptParams; outcome: SettledTurn },
): Promise<{ assistant: AssistantMessage | undefined; receipt: TranscriptReceipt }> {
  if (outcome.text === "") return { assistant: undefined, receipt: { owned: false } };
  const assistant = assistantMessageOf(outcome, Date.now());
  try {
    return { assistant, receipt: await mirrorAssistantMessage(params, assistant) };
  } catch (cause) {
    dependencies.log(
      `run ${params.runId}: the answer is missing in the history: ${unexpectedFailure(cause).toParagraph()}`,
    );
    return { assistant, receipt: { owned: false } };
  }
}

/** Tells the host how a tool of Claude Code's own ended; resolves to the host's own summary of a failure. */
function reportToolEnd(params: AttemptParams, call: ToolCallFact): AttemptResult["lastToolError"] {
  const readOnly = call.kind === "read" || call.kind === "search" || call.kind === "think";
  return params.observeToolTerminal?.({
    toolCallId: call.toolCallId,
    toolName: call.toolName,
    arguments: call.input,
    meta: call.title,
    executionStarted: true,
    outcome: call.status === "failed" ? "failure" : "success",
    nativeMutation: { mutatingAction: !readOnly, replaySafe: readOnly },
  }).lastToolError;
}
