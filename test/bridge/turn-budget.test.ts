import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { usagePathOf } from "../../src/contractor/runtime-state.ts";
import type { Step } from "../fixtures/scripted-acp-agent/act-behaviour.ts";
import { createBridgeWorld, KEY, type BridgeWorld } from "./bridge-world.ts";
import { acting } from "./watched-turn.ts";

const SPENDING = { ...KEY, life: null };
const OTHER = { openclawSessionKey: "agent:dev:other" };

function usage(used: number, amount?: number): Step {
  const cost = amount === undefined ? {} : { cost: { amount, currency: "USD" } };
  return { update: { sessionUpdate: "usage_update", used, size: 200_000, ...cost } };
}

function saying(text: string): Step {
  return { update: { sessionUpdate: "agent_message_chunk", content: { type: "text", text } } };
}

const toolBegins: Step = {
  update: { sessionUpdate: "tool_call", toolCallId: "1", title: "Read", kind: "read" },
};
const toolEnds: Step = {
  update: { sessionUpdate: "tool_call_update", toolCallId: "1", status: "completed" },
};

function worldWith(budget: Record<string, unknown>, contractor = {}): Promise<BridgeWorld> {
  return createBridgeWorld({ budget, ...contractor });
}

async function used(world: BridgeWorld, amount: { usd?: number; tokens?: number }): Promise<void> {
  world.ledger.add(SPENDING, { usd: 0, tokens: 0, turns: 1, ...amount });
  await world.ledger.flush();
}

describe("before a turn", () => {
  it("a day's budget that is used up refuses it until midnight, and starts no process", async () => {
    const world = await worldWith({ day: { usd: 5 } });
    await used(world, { usd: 5.02 });
    expect(await world.turn("say hello")).toMatchObject({
      kind: "failed",
      accepted: false,
      mayGoElsewhere: false,
      error: {
        code: "budget-exceeded",
        message: "The budget of dev for today is used up: $5.02 of $5.00.",
        mend: "It renews at 2026-01-02 00:00 (in 3 h 12 min).",
      },
    });
    expect(world.pool.liveSessions).toBe(0);
    expect(await world.prompts()).toEqual([]);
    world.today = new Date("2026-01-02T00:00:00.000Z");
    expect(await world.says("say hello")).toBe("hello");
  });

  it("what is not used up yet lets it through", async () => {
    const world = await worldWith({ day: { usd: 5, tokens: 1000 } });
    await used(world, { usd: 4.99, tokens: 900 });
    expect(await world.says("say hello")).toBe("hello");
  });

  it("a conversation's budget refuses it in that conversation alone, and until it is begun anew", async () => {
    const world = await worldWith({ session: { tokens: 100 } });
    await world.says("say hello");
    await used(world, { tokens: 100 });
    expect(await world.turn("say more")).toMatchObject({
      error: { code: "budget-exceeded", message: expect.stringContaining("for this conversation") as string },
    });
    expect(await world.says("say hello", OTHER)).toBe("hello");
    await world.bridge.resetConversation(KEY, "reset");
    expect(await world.says("say more")).toBe("more");
  });

  it("a conversation's budget goes on in the session that takes the place of a lost one", async () => {
    const world = await worldWith({ session: { tokens: 100 } });
    await world.says("say hello");
    await world.restart();
    for (const id of await world.transcripts()) await world.deleteTranscript(id);
    world.flags = ["--fail-resume=-32002"];
    expect(await world.says("say again")).toContain("again");
    await used(world, { tokens: 100 });
    expect(await world.turn("say more")).toMatchObject({ error: { code: "budget-exceeded" } });
  });

  it("an agent's budget refuses it until the owner begins anew", async () => {
    const world = await worldWith({ agent: { tokens: 100 } });
    await used(world, { tokens: 250 });
    expect(await world.turn("say hello", OTHER)).toMatchObject({
      error: { code: "budget-exceeded", mend: expect.stringContaining("budget reset dev") as string },
    });
    await world.ledger.resetAgent("dev");
    expect(await world.says("say hello")).toBe("hello");
  });

  it("a compaction and a question beside the conversation are refused as well", async () => {
    const world = await worldWith({ day: { tokens: 1000 } });
    world.flags = ["--fork"];
    await world.says("say hello");
    await used(world, { tokens: 1000 });
    const { signal } = new AbortController();
    expect(await world.bridge.compactConversation(KEY, { instructions: "", signal })).toMatchObject({
      compacted: false,
      reason: expect.stringContaining("used up") as string,
    });
    await expect(
      world.bridge.askAside({ ...KEY, question: "say hello", images: [], signal }),
    ).rejects.toMatchObject({ code: "budget-exceeded" });
    expect(await world.prompts()).toHaveLength(1);
  });

  it("a budget in dollars is refused where nobody tells what a turn costs; one in tokens is not", async () => {
    const world = await worldWith({ day: { usd: 5 } }, { adapter: "claude-code-acp" });
    expect(await world.turn("say hello")).toMatchObject({
      kind: "failed",
      accepted: false,
      mayGoElsewhere: false,
      error: { code: "budget-not-enforceable" },
    });
    expect(await world.prompts()).toEqual([]);
    const other = await worldWith({ day: { tokens: 500 } }, { adapter: "claude-code-acp" });
    expect(await other.says("say hello")).toBe("hello");
  });

  it("an account that cannot be read refuses it, and stops nobody who has no budget", async () => {
    const world = await worldWith({ day: { tokens: 1000 } });
    await world.says("say hello");
    await world.ledger.flush();
    const path = usagePathOf(world.workspace);
    await writeFile(path, "{");
    expect(await world.turn("say more")).toMatchObject({
      accepted: false,
      error: { code: "state-unusable" },
    });
    const dev = world.config.contractors["dev"];
    if (dev !== undefined) delete dev.budget;
    expect(await world.says("say more")).toBe("more");
    expect(await readFile(path, "utf8")).toBe("{");
  });

  it("an account that cannot be written costs no answer that was given, and the next turn is refused", async () => {
    const world = await worldWith({ day: { tokens: 1000 } });
    await world.says("say hello");
    await world.ledger.flush();
    // A folder where the lock's owner would stand is none; a folder in the file's place is a file that cannot be written.
    const path = usagePathOf(world.workspace);
    expect(
      await world.turn("say more", {
        observer: { onSteerable: () => void rm(path).then(() => mkdir(path)) },
      }),
    ).toMatchObject({ kind: "completed", text: "more" });
    await expect(world.ledger.flush()).rejects.toMatchObject({ code: "state-unusable" });
    expect(await world.turn("say again")).toMatchObject({ error: { code: "state-unusable" } });
  });
});

describe("what is counted of a turn", () => {
  it("is its cost and all its tokens, for an agent without a budget as well", async () => {
    const world = await createBridgeWorld();
    await world.turn("usage");
    await world.turn(acting(usage(100, 0.25)));
    const spent = world.ledger.current(SPENDING);
    expect(spent.agent).toEqual(spent.session);
    expect(spent.agent).toMatchObject({ usd: 0.25, turns: 2 });
    // 12 + 34 + 5,600 + 780, and a request of 100.
    expect(spent.agent.tokens).toBe(6426 + 100);
  });

  it("is counted from its text where nothing is told", async () => {
    const world = await createBridgeWorld();
    await world.says("say 12345678");
    expect(world.ledger.current(SPENDING).agent).toEqual({ usd: 0, tokens: 5, turns: 1 });
  });

  it("is what was told until it failed, and its next turn does not pay for it again", async () => {
    const world = await createBridgeWorld();
    await world.turn(acting(usage(100, 0.25)));
    await world.turn(acting(saying("Well"), usage(200, 0.5), { exit: 1 }));
    expect(world.ledger.current(SPENDING).agent).toEqual({ usd: 0.5, tokens: 300, turns: 2 });
    expect(await world.turn(acting(usage(300, 0.6)))).toMatchObject({ costUsd: 0.1 });
    expect(world.ledger.current(SPENDING).agent).toEqual({ usd: 0.6, tokens: 600, turns: 3 });
  });

  it("is also what was told after a cancel", async () => {
    const world = await createBridgeWorld();
    const stop = new AbortController();
    const cancelled = world.turn(acting(usage(100), saying("Well"), { waitMs: 60_000 }), {
      signal: stop.signal,
      observer: {
        onEvent({ type }) {
          if (type === "text") stop.abort();
        },
      },
    });
    expect(await cancelled).toMatchObject({ kind: "cancelled" });
    expect(world.ledger.current(SPENDING).agent).toEqual({ usd: 0, tokens: 100, turns: 1 });
  });

  it("is nothing of a turn that was refused", async () => {
    const world = await worldWith({ day: { tokens: 10 } });
    await used(world, { tokens: 10 });
    await world.turn("say hello");
    expect(world.ledger.current(SPENDING).agent).toEqual({ usd: 0, tokens: 10, turns: 1 });
  });

  it("is on disk when the process ends with the turn", async () => {
    const world = await createBridgeWorld();
    await world.says("say 12345678", { lastTurnOfProcess: true });
    const { agents } = JSON.parse(await readFile(usagePathOf(world.workspace), "utf8")) as {
      agents: Record<string, unknown>;
    };
    expect(agents).toMatchObject({ dev: { total: { tokens: 5, turns: 1 } } });
  });
});

describe("while a turn runs", () => {
  it("it is ended when it goes on beyond its budget; what was said stands, and the conversation goes on", async () => {
    const world = await worldWith({ turn: { tokens: 250 } });
    const steps = [
      usage(100),
      toolBegins,
      usage(110),
      toolEnds,
      usage(200),
      saying("Half"),
      { waitMs: 60_000 },
    ];
    const outcome = await world.turn(acting(...steps));
    expect(outcome).toMatchObject({
      kind: "failed",
      accepted: true,
      mayGoElsewhere: false,
      text: "Half",
      error: {
        code: "budget-exceeded",
        message: expect.stringMatching(
          /^The budget of dev for one turn is used up: 310 of 250 tokens\. Claude had begun already: what it did stands/,
        ) as string,
      },
    });
    expect(await world.says("say hello")).toBe("hello");
    expect(world.ledger.current(SPENDING).agent).toMatchObject({ turns: 2 });
  });

  it("it is ended when it goes on beyond what is left of the day, with what other conversations use meanwhile", async () => {
    const world = await worldWith({ day: { tokens: 1000 } });
    await used(world, { tokens: 500 });
    const steps = [
      usage(300),
      saying("One. "),
      { waitMs: 300 },
      usage(310),
      toolEnds,
      saying("Two."),
      { waitMs: 60_000 },
    ];
    const observer = {
      onEvent: ({ type }: { type: string }) => {
        if (type !== "text") return;
        world.ledger.add({ ...KEY, ...OTHER, life: null }, { usd: 0, tokens: 195, turns: 1 });
      },
    };
    const outcome = await world.turn(acting(...steps), { observer });
    expect(outcome).toMatchObject({
      kind: "failed",
      error: { code: "budget-exceeded", message: expect.stringContaining("for today") as string },
    });
  });

  it("it is ended by its own count where nothing is told", async () => {
    const world = await worldWith({ turn: { tokens: 100 } });
    const outcome = await world.turn(acting(saying("x".repeat(600)), saying("more"), { waitMs: 60_000 }));
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "budget-exceeded" } });
  });

  it("an answer that is over with what went beyond is whole, and says so", async () => {
    const world = await worldWith({ turn: { usd: 0.5, tokens: 1000 } });
    expect(
      await world.turn(acting(usage(900), saying("Done."), usage(1200), usage(1200, 0.6))),
    ).toMatchObject({
      kind: "completed",
      text: [
        "Done.",
        "_This turn used $0.60, more than its budget of $0.50._",
        "_This turn used 1,200 tokens, more than its budget of 1,000 tokens._",
      ].join("\n\n"),
    });
  });

  it("an answer whose cost nobody can tell says so, where the budget is in dollars", async () => {
    const unknown = "_It is not known what this turn cost";
    for (const [budget, isTold] of [
      [{ day: { usd: 5 } }, true],
      [{ day: { tokens: 50_000 } }, false],
    ] as const) {
      const world = await worldWith(budget);
      await world.says("say hello");
      // What was heard of the session's cost, here nothing, goes with the process.
      await world.restart();
      expect((await world.says("usage")).includes(unknown)).toBe(isTold);
      expect(await world.says("usage")).not.toContain(unknown);
    }
  });

  it("the cost of an answer is known from the first one on, though that told of none", async () => {
    const world = await worldWith({ day: { usd: 5 } });
    await world.says("say hello");
    expect(await world.turn("usage")).toMatchObject({ text: "Counted.", costUsd: 0.25 });
    expect(world.ledger.current(SPENDING).day.usd).toBe(0.25);
  });
});
