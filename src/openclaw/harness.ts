import type { AgentHarnessV2 } from "openclaw/plugin-sdk/agent-harness";
import { HARNESS_ID, PROVIDER_ID } from "../config/identifiers.ts";
import { bridgeModelRows } from "./bridge-model.ts";
import type { LoadRuntime } from "./load-runtime.ts";
import type { SessionCommands } from "./session-commands.ts";
import type { SessionLifecycle } from "./session-lifecycle.ts";
import { TOOL_POLICY_DECLARATION } from "./tool-policy-declaration.ts";

export type HarnessHost = {
  /** Called at the first turn, never at registration: registering must start nothing. */
  load: LoadRuntime;
  /** Whether an agent is a contractor now; cheap. */
  isContractor: (agentId: string) => boolean;
};

/** The host's side of a turn: it translates, and decides nothing. */
export function createContractorHarness({ load, isContractor }: HarnessHost): AgentHarnessV2 {
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
    runAttempt: async (params) => (await load()).runAttempt(params),
    ...sessionCommands(load),
    ...sessionLifecycle(load, isContractor),
  };
}

function sessionCommands(load: LoadRuntime): SessionCommands {
  return {
    compact: async (params) => (await load()).commands.compact(params),
    runSideQuestion: async (params) => (await load()).commands.runSideQuestion(params),
  };
}

const NOTHING_TO_DO = { commit: () => undefined, rollback: () => undefined };

/** All of it is broadcast for every session of every agent, also where there is no contractor at all. */
function sessionLifecycle(load: LoadRuntime, isContractor: HarnessHost["isContractor"]): SessionLifecycle {
  return {
    async reset(params) {
      if (params.agentId === undefined || !isContractor(params.agentId)) return;
      await (await load()).lifecycle.reset(params);
    },
    async withSessionDeletion(params, run) {
      if (!isContractor(params.agentId)) return run(NOTHING_TO_DO);
      return (await load()).lifecycle.withSessionDeletion(params, run);
    },
    async withSessionContextReset(params, run) {
      if (!isContractor(params.agentId)) return run(NOTHING_TO_DO);
      return (await load()).lifecycle.withSessionContextReset(params, run);
    },
  };
}
