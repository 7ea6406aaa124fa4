import { describe, expect, it } from "vitest";
import { chooseEndpoints, type EndpointChoice } from "../../src/endpoint/choose-endpoint.ts";

type Given = Partial<Omit<EndpointChoice, "turn" | "isLimited">> &
  Partial<EndpointChoice["turn"]> & { limited?: string[] };

function order(given: Given): string[] {
  const { home = "subscription", fallbacks = [], routes = [], limited = [] } = given;
  const { purpose = "chat", characters = 100, stays } = given;
  const turn = { purpose, characters, stays };
  const choice = { home, fallbacks, routes, turn, isLimited: (name: string) => limited.includes(name) };
  return chooseEndpoints(choice).order.map(({ endpoint, model }) =>
    model === undefined ? endpoint : `${endpoint} ${model}`,
  );
}

const HEAVY = { minChars: 4_000, endpoint: "local", model: "big" };
const QUICK = { maxChars: 20, endpoint: "cloud" };
const BEATS = { purpose: ["heartbeat" as const, "schedule" as const], endpoint: "local" };

describe("chooseEndpoints", () => {
  it("stays at home without fallbacks, limited or not", () => {
    expect(order({})).toEqual(["subscription"]);
    expect(order({ limited: ["subscription"] })).toEqual(["subscription"]);
  });

  it("asks those in place of it in their order, and a limited one last", () => {
    const fallbacks = ["kimi", "local"];
    expect(order({ fallbacks })).toEqual(["subscription", "kimi", "local"]);
    expect(order({ fallbacks, limited: ["subscription"] })).toEqual(["kimi", "local", "subscription"]);
    expect(order({ fallbacks, limited: ["kimi"] })).toEqual(["subscription", "local"]);
    expect(order({ fallbacks, limited: ["subscription", "kimi", "local"] })).toEqual(["subscription"]);
  });

  it.each<[string, Given, string]>([
    ["a long message", { characters: 5_000 }, "local big"],
    ["a short one", { characters: 20 }, "cloud"],
    ["one in between", { characters: 21 }, "subscription"],
    ["a heartbeat", { purpose: "heartbeat", characters: 200 }, "local"],
    [
      "a long heartbeat, by the first rule that holds",
      { purpose: "heartbeat", characters: 5_000 },
      "local big",
    ],
  ])("follows the rules: %s", (_what, turn, expected) => {
    expect(order({ routes: [HEAVY, QUICK, BEATS], ...turn })).toEqual([expected]);
  });

  it("comes home when a rule's endpoint is at its limit, where anything may serve in place of another", () => {
    const routed = { routes: [HEAVY], characters: 5_000, limited: ["local"] };
    expect(order(routed)).toEqual(["local big"]);
    expect(order({ ...routed, fallbacks: ["kimi"] })).toEqual(["kimi", "subscription", "local big"]);
  });

  it("leaves a slash command where its conversation is", () => {
    expect(order({ routes: [QUICK], characters: 8, stays: "local" })).toEqual(["local"]);
    expect(order({ fallbacks: ["local"], limited: ["subscription"], stays: "local" })).toEqual(["local"]);
  });
});
