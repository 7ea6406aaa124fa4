import { join } from "node:path";
import { resolveStateDir } from "openclaw/plugin-sdk/state-paths";
import { createAdapterInstallation, type AdapterInstallation } from "../acp/adapter-installation.ts";
import { PLUGIN_ID } from "../config/identifiers.ts";

/** The adapters of this OpenClaw installation: `<state>/contractor-agent/adapters`. */
export function hostAdapters(): AdapterInstallation {
  return createAdapterInstallation(join(resolveStateDir(), PLUGIN_ID, "adapters"));
}
