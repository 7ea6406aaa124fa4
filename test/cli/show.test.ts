import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { showContractor, type ShowOptions } from "../../src/cli/show.ts";
import { sampleEntry } from "../suites/session-map-store-conformance.ts";
import { addTo, change, install } from "./contractors.ts";
import { createHostStandIn, type HostStandIn } from "./host-stand-in.ts";
import { sampleContractor, sampleConversation, sampleOverview } from "./overviews.ts";

let home: string;
let host: HostStandIn;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cli-show-")));
  host = await createHostStandIn(home);
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function show(options: ShowOptions): Promise<{ data: unknown; lines: string[] }> {
  const { data, text } = await showContractor(await host.context(), options);
  return {
    data,
    lines: stripVTControlCharacters(text)
      .split("\n")
      .map((line) => line.trim().replaceAll(/ +/g, " ")),
  };
}

describe("show, of a contractor", () => {
  it("tells how it is set, defaults included, and what it does", async () => {
    const workspace = await addTo({ host, home }, "dev", { model: "opus" });
    await change(host, "dev", { budget: { day: { tokens: 1_000 } } });
    const conversation = sampleConversation({
      workspace,
      contextTokens: 90_000,
      contextWindow: 200_000,
      warm: true,
    });
    const tally = { usd: 0.5, tokens: 9, turns: 1 };
    const dev = sampleContractor({
      ...{ workspace, warm: 1, conversations: [conversation] },
      spent: { day: tally, agent: { ...tally, turns: 2 }, since: null },
    });
    host.overview = (query) => {
      expect(query).toEqual({ agentId: "dev" });
      return Promise.resolve({ answer: "done", overview: { ...sampleOverview, contractors: [dev] } });
    };
    const { data, lines } = await show({ agentId: "dev" });
    expect(data).toMatchObject({
      contractor: {
        agentId: "dev",
        warm: 1,
        busy: 0,
        budget: [{ scope: "day", unit: "tokens", limit: 1_000 }],
      },
      settings: { workspace, model: "opus", silenceMinutes: 30, onLimit: "error", routes: [] },
      conversations: [{ agentId: "dev", openclawSessionKey: "agent:dev:main", warm: true }],
    });
    expect(lines).toEqual(
      expect.arrayContaining([
        "agent dev",
        "state ok",
        "live 1 warm, 0 busy, 0 queued",
        "fullest context 45% of 200k",
        "used today $0.50, 1 turn",
        "used in all $0.50, 2 turns",
        "model opus",
        "tools messaging,sessions,agents,memory,automation",
        'budget {"day":{"tokens":1000}}',
        "dev day 0 of 1,000 tokens at 2026-01-03 00:00 (in 24 h 0 min)",
        "dev active warm 1 45% of 200k - 2 h ago claude-1 agent:dev:main",
      ]),
    );
  });

  it("works without a Gateway, and knows nobody who is none", async () => {
    await addTo({ host, home }, "dev");
    const { lines } = await show({ agentId: "dev" });
    expect(lines).toContain("live no Gateway is running");
    await expect(show({ agentId: "ops" })).rejects.toMatchObject({ code: "contractor-unknown" });
  });
});

describe("show, of a conversation", () => {
  it("tells all of its present session, and of those before it", async () => {
    const workspace = await addTo({ host, home }, "dev");
    const transcript = join(home, "two.jsonl");
    const lastActivityAt = "2026-01-01T22:00:00Z";
    const usage = {
      inputTokens: 1_200,
      outputTokens: 34,
      cacheReadTokens: 5,
      cacheWriteTokens: 7,
      estimated: false,
    };
    await install(workspace, sampleEntry({ workspace, claudeSessionId: "one" }));
    const two = { claudeSessionId: "two", transcript, lastActivityAt, usage, costUsd: 0.42, turns: 3 };
    await install(workspace, sampleEntry({ workspace, ...two }), "reset");
    await install(workspace, sampleEntry({ workspace, openclawSessionKey: "other" }));
    const { data, lines } = await show({ agentId: "dev", sessionKey: "main" });
    expect(data).toMatchObject({
      conversation: {
        claudeSessionId: "two",
        state: "active",
        usage,
        costUsd: 0.42,
        transcript,
        warm: false,
      },
      earlier: [{ claudeSessionId: "one", state: "closed", endedBy: "reset" }],
    });
    expect(lines).toEqual(
      expect.arrayContaining([
        "conversation agent:dev:main",
        "turns 3",
        "cost $0.42",
        "tokens 1,200 in, 34 out, 5 read from the cache, 7 written to it",
        "last activity 2 h ago",
        `transcript ${transcript}`,
        `open with cd ${workspace} && claude --resume two`,
        "Earlier sessions:",
      ]),
    );
    await expect(show({ agentId: "dev", sessionKey: "gone" })).rejects.toMatchObject({
      code: "session-unknown",
    });
  });
});
