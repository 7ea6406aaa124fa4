import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, it } from "vitest";

/** The table of docs/ARCHITECTURE.md, "Rooms", stated a second time: eslint.config.js has to agree with it. */
const MAY_IMPORT: Record<string, string[]> = {
  errors: [],
  config: ["errors"],
  process: ["errors", "config"],
  endpoint: ["errors", "config"],
  loopback: ["errors"],
  translator: ["loopback"],
  "messages-endpoint": ["translator", "loopback", "config", "errors"],
  acp: ["process", "loopback", "errors", "config"],
  pool: ["acp", "process", "errors", "config"],
  contractor: ["process", "endpoint", "config", "errors"],
  bridge: ["contractor", "acp", "pool", "endpoint", "config", "errors"],
  overview: ["bridge", "contractor", "endpoint", "config", "errors"],
  "control-ui": ["overview", "contractor", "config", "errors"],
  openclaw: [
    ...["overview", "bridge", "contractor", "acp", "pool", "process", "loopback", "translator", "endpoint"],
    "messages-endpoint",
    ...["config", "errors"],
  ],
  cli: ["contractor", "openclaw", "overview", "endpoint", "config", "errors"],
};

const root = resolve(import.meta.dirname, "../..");
const rooms = Object.keys(MAY_IMPORT);
const edges = rooms.flatMap((from) => rooms.filter((to) => to !== from).map((to) => ({ from, to })));
const isAllowed = ({ from, to }: { from: string; to: string }) => MAY_IMPORT[from]?.includes(to);

const eslint = new ESLint({
  cwd: root,
  // The files linted here exist only as text, and type information is for files on disk.
  overrideConfig: [{ files: ["src/**"], ...tseslint.configs.disableTypeChecked }],
});

/** The rules that a file with this one import breaks. */
async function brokenRules(file: string, specifier: string) {
  const text = `import * as imported from "${specifier}";\nexport const kept = imported;\n`;
  const results = await eslint.lintText(text, { filePath: resolve(root, file) });
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ruleId ?? message));
}

/** A file that stands in the room: the rule looks at where an import really leads. */
function someFileOf(room: string) {
  const file = readdirSync(resolve(root, "src", room)).find((name) => name.endsWith(".ts"));
  if (file === undefined) throw new Error(`src/${room} holds no file`);
  return file;
}

describe("import boundaries", () => {
  it("know every folder of src", () => {
    const folders = readdirSync(resolve(root, "src"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(folders.toSorted()).toEqual(rooms.toSorted());
  });

  it.each(edges.filter((edge) => !isAllowed(edge)))("refuse src/$to to src/$from", async ({ from, to }) => {
    const broken = await brokenRules(`src/${from}/not-on-disk.ts`, `../${to}/${someFileOf(to)}`);
    expect(broken).toEqual(["import-x/no-restricted-paths"]);
  });

  it.each(edges.filter(isAllowed))("grant src/$to to src/$from", async ({ from, to }) => {
    expect(await brokenRules(`src/${from}/not-on-disk.ts`, `../${to}/${someFileOf(to)}`)).toEqual([]);
  });

  it.each(rooms.filter((room) => room !== "openclaw"))("refuse the host to src/%s", async (room) => {
    const broken = await brokenRules(`src/${room}/not-on-disk.ts`, "openclaw/plugin-sdk/core");
    expect(broken).toEqual(["no-restricted-imports"]);
  });

  it("grant the Control UI, and no Node, to src/control-ui", async () => {
    const file = "src/control-ui/not-on-disk.ts";
    expect(await brokenRules(file, "openclaw/plugin-sdk/control-ui")).toEqual([]);
    expect(await brokenRules(file, "node:fs")).toEqual(["no-restricted-imports"]);
  });

  it.each(["src/openclaw/not-on-disk.ts", "src/index.ts"])("grant the host to %s", async (file) => {
    expect(await brokenRules(file, "openclaw/plugin-sdk/core")).toEqual([]);
  });
});
