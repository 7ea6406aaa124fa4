import { getHealthCheck, registerHealthCheck } from "openclaw/plugin-sdk/health";
import { PLUGIN_ID } from "../config/identifiers.ts";
import type { ConfigMutator, MutableConfig } from "./agent-config-writer.ts";
import type { HostConfig } from "./plugin-config.ts";

export type HostHealthFinding = {
  checkId: string;
  severity: "warning" | "error";
  message: string;
  /** One thing to try. */
  fixHint?: string;
};

/** What OpenClaw's doctor works on. Changes of the configuration are handed back to it: it writes the file itself. */
export type HealthCheckTarget = { hostConfig: HostConfig; configMutator: ConfigMutator };

export type HostHealthCheck = {
  id: string;
  description: string;
  detect: (target: HealthCheckTarget) => Promise<HostHealthFinding[]>;
  /** Mends what is safe to mend, and says what it did and what it could not. */
  repair: (target: HealthCheckTarget) => Promise<{ changes: string[]; warnings: string[] }>;
};

/** Has `openclaw doctor` of this process run the checks; those that are registered already stay. */
export function registerHealthChecks(checks: HostHealthCheck[]): void {
  for (const { id, description, detect, repair } of checks) {
    if (getHealthCheck(id) !== undefined) continue;
    registerHealthCheck({
      ...{ id, description, kind: "plugin", source: PLUGIN_ID },
      detect: ({ cfg }) => detect(draftOf(cfg).target),
      async repair({ cfg, dryRun = false }) {
        if (dryRun) return { status: "skipped", reason: "nothing shall be changed", changes: [] };
        const draft = draftOf(cfg);
        const { changes, warnings } = await repair(draft.target);
        if (changes.length === 0) {
          return { status: "skipped", reason: "it is for a person to mend", changes, warnings };
        }
        const config = draft.changed();
        return { status: "repaired", changes, warnings, ...(config === null ? {} : { config }) };
      },
    });
  }
}

type Draft = {
  target: HealthCheckTarget;
  /** The changed configuration; null when nothing was changed. */
  changed(): MutableConfig | null;
};

function draftOf(hostConfig: HostConfig): Draft {
  let changed: MutableConfig | null = null;
  const configMutator: ConfigMutator = {
    runtime: {
      config: {
        mutateConfigFile: ({ mutate }) =>
          Promise.try(() => {
            const draft = structuredClone(changed ?? hostConfig) as MutableConfig;
            const result = mutate(draft);
            changed = draft;
            return { result };
          }),
      },
    },
  };
  return { target: { hostConfig, configMutator }, changed: () => changed };
}
