import { readFile, writeFile } from "node:fs/promises";
import { editPluginConfig } from "../../../test/e2e/world/contractor-world.ts";
import { editConfig } from "../../world/edit-config.ts";
import type { OpenClawWorld } from "../../world/openclaw-world.ts";
import type { HostedBackend } from "./backend.ts";

/** OpenClaw's own settings name it. */
const DEFAULT_AGENT = "main";

/**
 * Leaves the next Gateway the agent of one backend, as a person has it who uses no other: beside `claude-cli`, this plugin is
 * switched off. Resolves to what brings the others back.
 */
export async function leaveOnly(
  openclaw: OpenClawWorld,
  { agentId, isOurs }: HostedBackend,
): Promise<() => Promise<void>> {
  const before = await readFile(openclaw.configPath);
  await editPluginConfig(openclaw, (config) => {
    const left = Object.entries(config.contractors).filter(([id]) => id === agentId);
    config.contractors = Object.fromEntries(left);
  });
  await editConfig(openclaw, ({ agents, plugins }) => {
    const left = Object.entries(agents.entries).filter(([id]) => id === agentId || id === DEFAULT_AGENT);
    agents.entries = Object.fromEntries(left);
    plugins.entries["contractor-agent"] = { ...plugins.entries["contractor-agent"], enabled: isOurs };
  });
  return () => writeFile(openclaw.configPath, before, { mode: 0o600 });
}
