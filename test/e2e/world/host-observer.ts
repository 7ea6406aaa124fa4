import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { editConfig } from "../../../scripts/world/edit-config.ts";
import type { OpenClawWorld } from "../../../scripts/world/openclaw-world.ts";

const PLUGIN = resolve(import.meta.dirname, "../../fixtures/host-observer-plugin");

const firedHookSchema = z.looseObject({
  hook: z.string(),
  agentId: z.string().optional(),
  sessionKey: z.string().optional(),
  event: z.unknown(),
});

export type FiredHook = z.infer<typeof firedHookSchema>;

export type HostObserver = {
  /** The hooks that OpenClaw has fired so far, in order; those of one conversation, when it is named. */
  fired(sessionKey?: string): Promise<FiredHook[]>;
};

/** Puts the observer plugin beside ours. `veto`: words whose tool calls it blocks. Before the Gateway starts. */
export async function addHostObserver(
  openclaw: OpenClawWorld,
  { veto = [] }: { veto?: string[] } = {},
): Promise<HostObserver> {
  const file = join(openclaw.stateDir, "observed-hooks.jsonl");
  await editConfig(openclaw, ({ plugins }) => {
    plugins.load = { ...plugins.load, paths: [...(plugins.load?.paths ?? []), PLUGIN] };
    plugins.entries["host-observer"] = {
      enabled: true,
      hooks: { allowConversationAccess: true },
      config: { file, veto },
    };
  });
  return {
    async fired(sessionKey) {
      const lines = (await readFile(file, "utf8").catch(() => "")).split("\n").filter(Boolean);
      const hooks = lines.map((line) => firedHookSchema.parse(JSON.parse(line)));
      return sessionKey === undefined ? hooks : hooks.filter((fired) => fired.sessionKey === sessionKey);
    },
  };
}
