// Writes two parts of openclaw.plugin.json from what the plugin itself works with, so that the host and the plugin
// cannot disagree: configSchema from the zod schema, and the rows of modelCatalog. Every other field is written by hand.
//
//     npm run generate            write it
//     npm run generate -- --check exit 1 when it has drifted

import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { format, resolveConfig } from "prettier";
import { z } from "zod";
import { PROVIDER_ID } from "../src/config/identifiers.ts";
import { modelRows } from "../src/config/model-rows.ts";
import { pluginConfigSchema } from "../src/config/schema.ts";

const MANIFEST = resolve(import.meta.dirname, "../openclaw.plugin.json");

const manifestSchema = z.looseObject({
  id: z.string(),
  configSchema: z.unknown().optional(),
  modelCatalog: z.unknown(),
});

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

function generateModelCatalog() {
  return { providers: { [PROVIDER_ID]: { models: modelRows() } }, discovery: { [PROVIDER_ID]: "static" } };
}

const manifest = manifestSchema.parse(JSON.parse(await readFile(MANIFEST, "utf8")));
const generated = { configSchema: generateConfigSchema(), modelCatalog: generateModelCatalog() };

if (!process.argv.includes("--check")) {
  await writeManifest({ ...manifest, ...generated });
} else {
  const { configSchema, modelCatalog } = manifest;
  if (!isDeepStrictEqual({ configSchema, modelCatalog }, JSON.parse(JSON.stringify(generated)))) {
    console.error("openclaw.plugin.json differs from src/config; run `npm run generate`");
    process.exitCode = 1;
  }
}
