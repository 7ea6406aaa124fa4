import type { AgentHarnessV2 } from "openclaw/plugin-sdk/agent-harness";
import { BRIDGE_MODEL_ID, HARNESS_ID, PROVIDER_ID } from "../config/identifiers.ts";

type ModelRow = Awaited<ReturnType<NonNullable<AgentHarnessV2["loadModelCatalog"]>>>[number];

/** The bridge model as pickers show it; the manifest's `modelCatalog` shows it before any code runs. */
export function bridgeModelRow(): ModelRow {
  return {
    nativeRuntime: HARNESS_ID,
    provider: PROVIDER_ID,
    id: BRIDGE_MODEL_ID,
    name: "Claude Code (contractor)",
    input: ["text", "image"],
    reasoning: true,
    contextWindow: 200_000,
  };
}
