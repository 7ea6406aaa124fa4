import { healthChecks } from "./cli/doctor/health-checks.ts";
import { registerHealthChecks } from "./openclaw/health-checks.ts";

/**
 * OpenClaw's doctor loads this module, and no other one, of a plugin that is not its own: for repairs of the plugin's
 * settings, of which there are none yet. Whoever registers health checks has to do it here (docs/HOST-FACTS.md). The
 * checks themselves are loaded by one that runs.
 */
registerHealthChecks(
  healthChecks(async (target, options) => {
    const { diagnosePhase } = await import("./cli/doctor/diagnose-phase.ts");
    return diagnosePhase(target, options);
  }),
);

/** Part of the host's contract; the host tells by it that this module has something to say. */
export function normalizeCompatibilityConfig<Config>({ cfg }: { cfg: Config }): {
  config: Config;
  changes: string[];
} {
  return { config: cfg, changes: [] };
}
