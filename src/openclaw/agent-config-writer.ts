import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import type { z } from "zod";
import { BRIDGE_MODEL_ID, BRIDGE_MODEL_REF, PLUGIN_ID } from "../config/identifiers.ts";
import type { EndpointInput } from "../config/endpoint-schema.ts";
import type { contractorSchema, pluginConfigSchema } from "../config/schema.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import { parsePluginConfig, type HostConfig } from "./plugin-config.ts";

type ContractorStanza = z.input<typeof contractorSchema>;
type SharedSettings = Omit<z.input<typeof pluginConfigSchema>, "contractors" | "endpoints">;
type UndefinedToo<Fields> = { [Name in keyof Fields]: Fields[Name] | undefined };
/** OpenClaw's configuration while it is changed. */
export type MutableConfig = Parameters<
  Parameters<OpenClawPluginApi["runtime"]["config"]["mutateConfigFile"]>[0]["mutate"]
>[0];

/** The part of the host's API that changes its configuration. */
export type ConfigMutator = {
  runtime: {
    config: {
      mutateConfigFile<Result>(change: {
        base: "source";
        afterWrite: { mode: "auto" };
        mutate: (draft: MutableConfig) => Result;
      }): Promise<{ result: Result | undefined }>;
    };
  };
};

/** This plugin's own part of the configuration file, as it is written there: without defaults. */
type RawPluginConfig = {
  contractors?: Record<string, ContractorStanza>;
  endpoints?: Record<string, EndpointInput>;
  [other: string]: unknown;
};

/** Changes OpenClaw's configuration file, and there nothing but what a method says. */
export type AgentConfigWriter = {
  putContractor(agentId: string, contractor: ContractorStanza): Promise<void>;
  removeContractor(agentId: string): Promise<void>;
  /** Changes settings of a contractor that there is; one that is undefined goes back to its default. */
  changeContractor(agentId: string, changes: Partial<UndefinedToo<ContractorStanza>>): Promise<void>;
  /** Changes settings that hold for all contractors, as `changeContractor`. */
  changeShared(changes: Partial<UndefinedToo<SharedSettings>>): Promise<void>;
  putEndpoint(name: string, endpoint: EndpointInput): Promise<void>;
  removeEndpoint(name: string): Promise<void>;
  /** Points an agent's workspace elsewhere; resolves to the one it had. */
  moveAgentWorkspace(agentId: string, workspace: string): Promise<string | undefined>;
  /** Names the bridge's model as that of an agent which names none. */
  giveBridgeModel(agentId: string): Promise<void>;
};

/** Rejects with `config-write-failed`; the host writes atomically, so a failed change has changed nothing. */
export function createAgentConfigWriter(api: ConfigMutator): AgentConfigWriter {
  async function change<Result>(edit: (draft: MutableConfig) => Result): Promise<Result | undefined> {
    try {
      const written = await api.runtime.config.mutateConfigFile<Result>({
        base: "source",
        afterWrite: { mode: "auto" },
        mutate: (draft) => edit(draft),
      });
      return written.result;
    } catch (cause) {
      if (ContractorError.isInstance(cause)) throw cause;
      throw new ContractorError("config-write-failed", {
        message: `OpenClaw's configuration could not be changed: ${cause instanceof Error ? cause.message : String(cause)}`,
        mend: "Run `openclaw doctor`, mend what it finds, and try again.",
        cause,
      });
    }
  }

  const changeOwn = async (edit: (own: RawPluginConfig, draft: MutableConfig) => void): Promise<void> => {
    await change((draft) => {
      const own = ownPartOf(draft);
      edit(own, draft);
      parsePluginConfig(own);
    });
  };

  return {
    putContractor: (agentId, contractor) =>
      changeOwn((own, draft) => {
        own.contractors = { ...own.contractors, [agentId]: contractor };
        giveBridgeModelItsAlias(draft);
      }),
    changeContractor: (agentId, changes) =>
      changeOwn((own) => {
        const changed: Record<string, unknown> = { ...own.contractors?.[agentId], ...changes };
        const stanza = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
        own.contractors = { ...own.contractors, [agentId]: stanza as ContractorStanza };
      }),
    changeShared: (changes) =>
      changeOwn((own) => {
        for (const [name, value] of Object.entries<unknown>(changes)) {
          if (value === undefined) Reflect.deleteProperty(own, name);
          else own[name] = value;
        }
      }),
    removeContractor: (agentId) =>
      changeOwn((own, draft) => {
        own.contractors = without(own.contractors, agentId);
        if (Object.keys(own.contractors).length === 0) takeBridgeModelsAlias(draft);
      }),
    putEndpoint: (name, endpoint) =>
      changeOwn((own) => {
        own.endpoints = { ...own.endpoints, [name]: endpoint };
      }),
    removeEndpoint: (name) =>
      changeOwn((own) => {
        own.endpoints = without(own.endpoints, name);
      }),
    moveAgentWorkspace: (agentId, workspace) =>
      change((draft) => {
        const entry = draft.agents?.entries?.[agentId];
        const earlier = entry?.workspace;
        if (entry !== undefined) entry.workspace = workspace;
        return earlier;
      }),
    giveBridgeModel: (agentId) =>
      change((draft) => {
        const entry = draft.agents?.entries?.[agentId];
        if (entry !== undefined) entry.model ??= BRIDGE_MODEL_REF;
      }),
  };
}

function ownPartOf(draft: MutableConfig): RawPluginConfig {
  const plugins = (draft.plugins ??= {});
  const entries = (plugins.entries ??= {});
  const entry = (entries[PLUGIN_ID] ??= {});
  return (entry.config ??= {});
}

/**
 * Lets people type the bare model name in `/model`: OpenClaw takes a bare name for one of its default provider's unless
 * an alias says otherwise. An alias does not restrict which models may be chosen, and one that a person gave stays.
 */
function giveBridgeModelItsAlias(draft: MutableConfig): void {
  const agents = (draft.agents ??= {});
  const defaults = (agents.defaults ??= {});
  const models = (defaults.models ??= {});
  models[BRIDGE_MODEL_REF] = { alias: BRIDGE_MODEL_ID, ...models[BRIDGE_MODEL_REF] };
}

function takeBridgeModelsAlias(draft: MutableConfig): void {
  const defaults = draft.agents?.defaults;
  const settings = defaults?.models?.[BRIDGE_MODEL_REF];
  if (defaults?.models === undefined || settings?.alias !== BRIDGE_MODEL_ID) return;
  // Whatever else somebody set for the model is theirs.
  if (Object.keys(settings).length > 1) delete settings.alias;
  else defaults.models = without(defaults.models, BRIDGE_MODEL_REF);
  if (Object.keys(defaults.models).length === 0) delete defaults.models;
}

function without<Value>(record: Record<string, Value> | undefined, name: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(record ?? {}).filter(([key]) => key !== name));
}

/** The agents that OpenClaw has, `main` included while it is still implicit. */
export function agentIdsOf(config: HostConfig): string[] {
  const configured = Object.keys(config.agents?.entries ?? {});
  return configured.length === 0 ? ["main"] : configured;
}
