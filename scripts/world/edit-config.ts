import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import type { OpenClawWorld } from "./openclaw-world.ts";

const entries = z.record(z.string(), z.looseObject({})).default({});

const configSchema = z.looseObject({
  gateway: z.looseObject({ port: z.number() }),
  agents: z.looseObject({ entries }).default({ entries: {} }),
  plugins: z
    .looseObject({
      entries,
      load: z.looseObject({ paths: z.array(z.string()).optional() }).optional(),
    })
    .default({ entries: {} }),
});

export type EditableConfig = z.infer<typeof configSchema>;

/** Changes the configuration file of a world, before its Gateway starts: the command line takes seconds. */
export async function editConfig(
  { configPath }: Pick<OpenClawWorld, "configPath">,
  edit: (config: EditableConfig) => void,
): Promise<void> {
  const config = configSchema.parse(JSON.parse(await readFile(configPath, "utf8")));
  edit(config);
  await writeFile(configPath, JSON.stringify(config, null, 2), { mode: 0o600 });
}
