import { join } from "node:path";
import { resolveStateDir } from "openclaw/plugin-sdk/state-paths";
import { createAdapterDiagnosis, type AdapterDiagnosis } from "../acp/adapter-diagnosis.ts";
import { BRIDGE_MODEL_REF, LEASES_FOLDER, PLUGIN_ID } from "../config/identifiers.ts";
import { pluginConfigSchema, type PluginConfig } from "../config/schema.ts";
import type { ContractorError } from "../errors/contractor-error.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { clearLeases, inspectLeases, type LeaseDiagnosis } from "../process/lease-diagnosis.ts";
import type { ConfigMutator } from "./agent-config-writer.ts";
import { hostAdapters } from "./host-adapters.ts";
import { createHostCliContext, type HostCliContext } from "./host-cli-context.ts";
import { readPluginConfig, type HostConfig } from "./plugin-config.ts";

/** What the doctor goes by of an agent. */
export type HostAgent = {
  /** The model that its turns are sent to; undefined where neither it nor OpenClaw's defaults name one. */
  model: string | undefined;
  /** Whether the agent itself names that model. */
  hasOwnModel: boolean;
  workspace: string | undefined;
};

/** What the doctor can see and mend, also where the settings are such that no other command can begin. */
export type DoctorHost = HostCliContext & {
  /** Why the plugin's settings cannot be read; `config` is empty then. */
  configProblem: ContractorError | null;
  versions: { node: string; openclaw: string | undefined };
  /** What in OpenClaw's configuration keeps it from loading this plugin; null when nothing does. */
  switchedOffBy: string | null;
  agents: Map<string, HostAgent>;
  /** Has an agent that names no model take its turns with the bridge's. */
  giveBridgeModel(agentId: string): Promise<void>;
  adapters: AdapterDiagnosis;
  leases: {
    inspect(): Promise<LeaseDiagnosis>;
    /** Resolves to what was done, in words. */
    clear(): Promise<string>;
  };
  /** Where this plugin keeps what belongs to no workspace. */
  pluginStateDir: string;
  /** The home of the user who runs this command. */
  userHome: string | undefined;
  platform: NodeJS.Platform;
};

export type DoctorHostOptions = {
  hostConfig: HostConfig;
  configMutator: ConfigMutator;
  openclawVersion: string | undefined;
};

export function createDoctorHost(options: DoctorHostOptions): DoctorHost {
  const { hostConfig, configMutator, openclawVersion } = options;
  const { config, problem } = settingsOf(hostConfig);
  const context = createHostCliContext(configMutator, hostConfig, config);
  const agents = agentsOf(hostConfig);
  const pluginStateDir = join(resolveStateDir(), PLUGIN_ID);
  return {
    ...context,
    configProblem: problem,
    versions: { node: process.versions.node, openclaw: openclawVersion },
    switchedOffBy: switchOf(hostConfig),
    agents,
    async giveBridgeModel(agentId) {
      await context.configWriter.giveBridgeModel(agentId);
      const agent = agents.get(agentId);
      if (agent !== undefined) agents.set(agentId, { ...agent, model: BRIDGE_MODEL_REF, hasOwnModel: true });
    },
    adapters: createAdapterDiagnosis({
      installation: hostAdapters(),
      folder: pluginStateDir,
      ambient: process.env,
    }),
    leases: leasesIn(join(pluginStateDir, LEASES_FOLDER)),
    pluginStateDir,
    userHome: process.env["HOME"] ?? process.env["USERPROFILE"],
    platform: process.platform,
  };
}

/** The leases of a folder, as the doctor looks at them. */
function leasesIn(folder: string): DoctorHost["leases"] {
  return {
    inspect: () => inspectLeases(folder),
    async clear() {
      const { ended, left, removed } = await clearLeases(folder);
      const parts = [
        ...(ended.length === 0 ? [] : [`ended ${ended.map(({ purpose }) => purpose).join(", ")}`]),
        "removed the leases of processes that are gone",
        ...(removed.length === 0 ? [] : [`removed ${removed.join(", ")}`]),
        ...(left.length === 0 ? [] : [`could not end ${left.map(({ purpose }) => purpose).join(", ")}`]),
      ];
      return parts.join(", ");
    },
  };
}

function settingsOf(hostConfig: HostConfig): { config: PluginConfig; problem: ContractorError | null } {
  try {
    return { config: readPluginConfig(hostConfig), problem: null };
  } catch (cause) {
    return { config: pluginConfigSchema.parse({}), problem: unexpectedFailure(cause) };
  }
}

function switchOf({ plugins }: HostConfig): string | null {
  if (plugins?.enabled === false) return "plugins.enabled is false";
  if (plugins?.entries?.[PLUGIN_ID]?.enabled === false)
    return `plugins.entries.${PLUGIN_ID}.enabled is false`;
  if (plugins?.deny?.includes(PLUGIN_ID) === true) return `plugins.deny names ${PLUGIN_ID}`;
  const { allow = [] } = plugins ?? {};
  return allow.length > 0 && !allow.includes(PLUGIN_ID) ? `plugins.allow does not name ${PLUGIN_ID}` : null;
}

function agentsOf({ agents }: HostConfig): Map<string, HostAgent> {
  const fallback = primaryOf(agents?.defaults?.model);
  const entries = Object.entries(agents?.entries ?? {}).map(([agentId, { model, workspace }]) => {
    const own = primaryOf(model);
    return [agentId, { model: own ?? fallback, hasOwnModel: own !== undefined, workspace }] as const;
  });
  return new Map(entries);
}

/** A model is a reference, or one with fallbacks. */
function primaryOf(model: string | { primary?: string | undefined } | undefined): string | undefined {
  return typeof model === "object" ? model.primary : model;
}
