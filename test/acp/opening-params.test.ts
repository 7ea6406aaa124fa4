import { expect, it } from "vitest";
import { openingParams } from "../../src/acp/opening-params.ts";

const REQUEST = { workspace: "/w", systemPromptAppend: "Be kind." };

function optionsOf(claudeOptions: object, needs = {}, gateSettings = {}): unknown {
  const context = { needs, settings: {}, gateSettings, toolServer: undefined };
  const { _meta: meta } = openingParams({ ...REQUEST, claudeOptions }, context);
  return (meta as { claudeCode: { options: unknown } }).claudeCode.options;
}

it("joins the gate's settings and hooks with those that were asked for", () => {
  const hook = (matcher: string): object => ({ hooks: { PreToolUse: [{ matcher }] } });
  expect(optionsOf({ settings: { ...hook("Bash"), model: "opus" } }, {}, hook("*"))).toMatchObject({
    settings: { model: "opus", hooks: { PreToolUse: [{ matcher: "Bash" }, { matcher: "*" }] } },
  });
});

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

it("hands settings over as an argument where there is no option for them", () => {
  expect(optionsOf({ settings: { model: "opus" } }, { settingsAsArgument: true })).toMatchObject({
    settings: undefined,
    extraArgs: { settings: '{"model":"opus"}' },
  });
});

it("gives the Node that runs Claude Code its arguments, where there are any", () => {
  expect(optionsOf({}, { nodeArguments: ["--import", "x"] })).toMatchObject({
    executableArgs: ["--import", "x"],
  });
  expect(optionsOf({})).not.toHaveProperty("executableArgs");
});
