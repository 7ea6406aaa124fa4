import type { AgentHarnessV2 } from "openclaw/plugin-sdk/agent-harness";
import { HARNESS_ID, PROVIDER_ID } from "../config/identifiers.ts";
import { modelRows } from "../config/model-rows.ts";

type ModelRow = Awaited<ReturnType<NonNullable<AgentHarnessV2["loadModelCatalog"]>>>[number];

/** The bridge's models as pickers show them; the manifest's `modelCatalog` shows them before any code runs. */
export function bridgeModelRows(): ModelRow[] {
  return modelRows().map((row) => ({ ...row, nativeRuntime: HARNESS_ID, provider: PROVIDER_ID }));
}
