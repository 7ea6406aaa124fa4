import { expect, it } from "vitest";
import { openingParams, type OpeningContext } from "../../src/acp/opening-params.ts";

const REQUEST = { workspace: "/w", systemPromptAppend: "Be kind." };

function optionsOf(claudeOptions: object, needs = {}, settings: object | string = {}): unknown {
  const context = { needs, settings: settings as OpeningContext["settings"], toolServer: undefined };
  const { _meta: meta } = openingParams({ ...REQUEST, claudeOptions }, context);
  return (meta as { claudeCode: { options: unknown } }).claudeCode.options;
}

it("passes a list of tools on, or excludes all others by name", () => {
  expect(optionsOf({ tools: ["Read"] })).toMatchObject({ tools: ["Read"], promptSuggestions: false });
  const excluding = optionsOf({ tools: ["Read"], disallowedTools: ["mcp__x"] }, { toolsByExclusion: true });
  const { tools, disallowedTools } = excluding as { tools?: string[]; disallowedTools: string[] };
  expect(tools).toBeUndefined();
  expect(disallowedTools).toEqual(expect.arrayContaining(["mcp__x", "Bash", "Write", "Task"]));
  expect(disallowedTools).not.toContain("Read");
});

it("switches the debug log on where it is needed", () => {
  expect(optionsOf({}, { debugLog: true })).toMatchObject({ extraArgs: { "debug-to-stderr": null } });
  expect(optionsOf({})).toMatchObject({ extraArgs: {} });
});

it("hands settings over as an option, or the file that has them as an argument", () => {
  expect(optionsOf({}, {}, { model: "opus" })).toMatchObject({ settings: { model: "opus" }, extraArgs: {} });
  expect(optionsOf({}, {}, "/state/settings.json")).toMatchObject({
    settings: undefined,
    extraArgs: { settings: "/state/settings.json" },
  });
});

it("gives the Node that runs Claude Code its arguments, where there are any", () => {
  expect(optionsOf({}, { nodeArguments: ["--import", "x"] })).toMatchObject({
    executableArgs: ["--import", "x"],
  });
  expect(optionsOf({})).not.toHaveProperty("executableArgs");
});
