import type { AgentHarnessV2 } from "openclaw/plugin-sdk/agent-harness";
import { HARNESS_ID, PROVIDER_ID } from "../config/identifiers.ts";
import { bridgeModelRows } from "./bridge-model.ts";
import { runAttempt, type HarnessDependencies } from "./run-attempt.ts";
import { createSessionCommands } from "./session-commands.ts";
import { createSessionLifecycle } from "./session-lifecycle.ts";
import { TOOL_POLICY_DECLARATION } from "./tool-policy.ts";

/** The host's side of a turn: it translates, and decides nothing. */
export function createContractorHarness(dependencies: HarnessDependencies): AgentHarnessV2 {
  return {
    id: HARNESS_ID,
    label: "Contractor agent (Claude Code)",
    autoSelection: { providerIds: [PROVIDER_ID] },
    authBootstrap: "harness",
    executionEnvironment: "host-only",
    deliveryDefaults: { visibleReplies: "automatic" },
    ...TOOL_POLICY_DECLARATION,
    supports: ({ provider }) =>
      provider === PROVIDER_ID
        ? { supported: true, priority: 100 }
        : { supported: false, reason: `only models of ${PROVIDER_ID} are contractors` },
    loadModelCatalog: () => Promise.resolve(bridgeModelRows()),
    runAttempt: (params) => runAttempt(dependencies, params),
    ...createSessionCommands(dependencies),
    ...createSessionLifecycle(dependencies),
  };
}
