import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { z } from "zod";
import { PLUGIN_ID } from "../config/identifiers.ts";
import { pluginConfigSchema, type PluginConfig } from "../config/schema.ts";
import { ContractorError } from "../errors/contractor-error.ts";

export type HostConfig = ReturnType<OpenClawPluginApi["runtime"]["config"]["current"]>;

/**
 * This plugin's part of OpenClaw's configuration, with its defaults.
 * Throws `config-invalid`; the host has checked it against the manifest, but not against what a JSON schema cannot say.
 */
export function readPluginConfig(config: HostConfig): PluginConfig {
  return parsePluginConfig(config.plugins?.entries?.[PLUGIN_ID]?.config ?? {});
}

/** The contractors' agent ids, whatever their settings. */
export function contractorIdsIn(config: HostConfig): string[] {
  const own: { contractors?: object } = config.plugins?.entries?.[PLUGIN_ID]?.config ?? {};
  return Object.keys(own.contractors ?? {});
}

export function parsePluginConfig(value: unknown): PluginConfig {
  const parsed = pluginConfigSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ContractorError("config-invalid", {
    message: `plugins.entries.${PLUGIN_ID}.config is not valid: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}.`,
    mend: "Correct it with `openclaw config` or in openclaw.json.",
  });
}
