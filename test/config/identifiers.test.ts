import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import {
  BRIDGE_MODEL_ID,
  BRIDGE_MODEL_REF,
  CLAUDE_MODELS,
  CLI_ROOT,
  OWN_LOGIN_MARK,
  PLUGIN_ID,
  PLUGIN_VERSION,
  PROVIDER_ID,
} from "../../src/config/identifiers.ts";

async function readJson(name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(`../../${name}`, import.meta.url), "utf8"));
}

it("has the version of the package", async () => {
  expect(await readJson("package.json")).toMatchObject({ version: PLUGIN_VERSION });
});

it("has the ids that the manifest announces to OpenClaw", async () => {
  expect(await readJson("openclaw.plugin.json")).toMatchObject({
    id: PLUGIN_ID,
    providers: [PROVIDER_ID],
    cliCommands: [{ name: CLI_ROOT }],
    modelCatalog: {
      providers: {
        [PROVIDER_ID]: { models: [BRIDGE_MODEL_ID, ...Object.keys(CLAUDE_MODELS)].map((id) => ({ id })) },
      },
    },
  });
});

it("names the file by which the host knows that contractors need no key, wherever OpenClaw's state is", async () => {
  const mark = `${PLUGIN_ID}/${OWN_LOGIN_MARK}`;
  expect(await readJson("openclaw.plugin.json")).toMatchObject({
    setup: {
      providers: [
        {
          id: PROVIDER_ID,
          authEvidence: [
            {
              fallbackPaths: [
                `\${OPENCLAW_STATE_DIR}/${mark}`,
                `\${OPENCLAW_HOME}/.openclaw/${mark}`,
                `\${HOME}/.openclaw/${mark}`,
              ],
            },
          ],
        },
      ],
    },
  });
});

it("refers to the bridge as provider and model", () => {
  expect(BRIDGE_MODEL_REF).toBe("contractor-agent/contractor-claude-bridge");
});
