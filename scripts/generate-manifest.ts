// Writes the configSchema of openclaw.plugin.json from the zod schema that the plugin itself reads its configuration
// with, so that the host and the plugin cannot disagree. Every other field of the manifest is written by hand.
//
//     npm run generate            write it
//     npm run generate -- --check exit 1 when it has drifted

import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { format, resolveConfig } from "prettier";
import { z } from "zod";
import { pluginConfigSchema } from "../src/config/schema.ts";

const MANIFEST = resolve(import.meta.dirname, "../openclaw.plugin.json");

const manifestSchema = z.looseObject({ id: z.string(), configSchema: z.unknown().optional() });

/**
 * What a person may write, so fields with a default are optional (`io: "input"`). Refinements such as "an absolute path"
 * have no JSON schema: the plugin itself reports those.
 */
function generateConfigSchema() {
  const schema = z.toJSONSchema(pluginConfigSchema, { io: "input", target: "draft-7", reused: "inline" });
  // The host takes a bare schema; it compiles it as draft 7 whatever the file says.
  delete schema.$schema;
  return schema;
}

async function writeManifest(manifest: object) {
  const options = await resolveConfig(MANIFEST);
  const text = await format(JSON.stringify(manifest, null, 2), { ...options, filepath: MANIFEST });
  await writeFile(MANIFEST, text);
}

const manifest = manifestSchema.parse(JSON.parse(await readFile(MANIFEST, "utf8")));
const configSchema = generateConfigSchema();

if (!process.argv.includes("--check")) {
  await writeManifest({ ...manifest, configSchema });
} else if (!isDeepStrictEqual(manifest.configSchema, JSON.parse(JSON.stringify(configSchema)))) {
  console.error(
    "openclaw.plugin.json: configSchema differs from src/config/schema.ts; run `npm run generate`",
  );
  process.exitCode = 1;
}
