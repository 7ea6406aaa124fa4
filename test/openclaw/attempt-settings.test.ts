import { describe, expect, it } from "vitest";
import { turnSettingsOf } from "../../src/openclaw/attempt-settings.ts";

type Params = Parameters<typeof turnSettingsOf>[0];

function params(overrides: Partial<Params>): Params {
  return { modelId: "contractor-claude-bridge", thinkLevel: "medium", agentId: "dev", ...overrides };
}

describe("turnSettingsOf", () => {
  it.each(["medium", "off", "adaptive"] as const)(
    "leaves Claude's own defaults where nobody chose: %s",
    (thinkLevel) => {
      expect(turnSettingsOf(params({ thinkLevel, fastMode: false }), {})).toEqual({
        model: null,
        effort: null,
        fast: null,
      });
    },
  );

  it.each([
    ["off", "low"],
    ["minimal", "low"],
    ["low", "low"],
    ["medium", "medium"],
    ["high", "high"],
    ["xhigh", "xhigh"],
    ["max", "max"],
    ["ultra", "max"],
    ["adaptive", null],
  ] as const)("takes /think %s for the effort %s", (thinkLevel, effort) => {
    expect(turnSettingsOf(params({ thinkLevel }), { thinkingLevel: thinkLevel }).effort).toBe(effort);
  });

  it("takes what one message asks for", () => {
    expect(turnSettingsOf(params({ thinkLevel: "high" }), undefined).effort).toBe("high");
  });

  it.each<[string, Params["config"]]>([
    ["the agent", { agents: { entries: { dev: { thinkingDefault: "medium" } } } }],
    ["all agents", { agents: { defaults: { thinkingDefault: "medium" } } }],
    [
      "the model",
      {
        agents: {
          defaults: {
            models: { "contractor-agent/contractor-claude-bridge": { params: { thinking: "medium" } } },
          },
        },
      },
    ],
  ])("takes what the configuration sets for %s", (_, config) => {
    expect(turnSettingsOf(params({ ...(config && { config }) }), undefined).effort).toBe("medium");
  });

  it("is not deceived by an agent that is called like something every object has", () => {
    const config = { agents: { entries: {} } };
    expect(turnSettingsOf(params({ agentId: "constructor", config }), undefined).effort).toBeNull();
  });

  it.each<[Params["fastMode"], boolean | undefined, boolean | null]>([
    [true, undefined, true],
    [() => true, undefined, true],
    [() => undefined, undefined, null],
    [false, undefined, null],
    [false, false, false],
    [undefined, true, null],
  ])("takes fast mode %s, told %s, for %s", (fastMode, told, expected) => {
    const entry = told === undefined ? {} : { fastMode: told };
    expect(turnSettingsOf(params(fastMode === undefined ? {} : { fastMode }), entry).fast).toBe(expected);
  });

  it.each(["opus", "sonnet", "claude-opus-4-8"])("takes the model %s for Claude's own name", (modelId) => {
    expect(turnSettingsOf(params({ modelId }), undefined).model).toBe(modelId);
  });
});
