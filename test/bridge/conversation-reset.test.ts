import { describe, expect, it, vi } from "vitest";
import { summaryOfHistory } from "../../src/bridge/history-seed.ts";
import type { HistoryMessage, TurnEvent, TurnOutcome } from "../../src/bridge/turn.ts";
import { createBridgeWorld, KEY, type BridgeWorld } from "./bridge-world.ts";

const RECALL = "what did I ask you to remember?";
const HISTORY: HistoryMessage[] = [{ role: "user", text: "remember tango", at: undefined }];

async function rememberingWorld(): Promise<BridgeWorld> {
  const world = await createBridgeWorld();
  await world.says("remember tango");
  return world;
}

/** A turn that has said something and goes on talking. */
async function startTalking(
  world: BridgeWorld,
): Promise<{ turn: Promise<TurnOutcome>; events: TurnEvent[] }> {
  const events: TurnEvent[] = [];
  const onEvent = (event: TurnEvent): void => void events.push(event);
  const turn = world.turn("count to 1000", { observer: { onEvent } });
  await expect.poll(() => events.length).toBeGreaterThan(0);
  return { turn, events };
}

async function endings(world: BridgeWorld): Promise<unknown[]> {
  return (await world.store.list()).map(({ state, endedBy }) => [state, endedBy]);
}

describe("a reset", () => {
  it("forgets, and the next turn begins a new session, also after a restart and a crash", async () => {
    const world = await rememberingWorld();
    const before = await world.entry();
    expect(await world.bridge.resetConversation(KEY, "reset")).toMatchObject({
      claudeSessionId: before?.claudeSessionId,
      state: "closed",
      endedBy: "reset",
    });
    expect(world.pool.liveSessions).toBe(0);
    await world.crash();
    expect(await world.entry()).toBeNull();
    expect(await world.says(RECALL)).toBe("Nothing yet.");
    await world.restart();
    expect(await world.says(RECALL)).toBe("Nothing yet.");
    expect(await endings(world)).toEqual([
      ["closed", "reset"],
      ["active", undefined],
    ]);
  });

  it("a second time, of a new conversation, or of an agent that is no contractor, has nothing to do", async () => {
    const world = await rememberingWorld();
    await world.bridge.resetConversation(KEY, "reset");
    expect(await world.bridge.resetConversation(KEY, "reset")).toBeNull();
    const unknown = { ...KEY, openclawSessionKey: "agent:dev:unknown" };
    expect(await world.bridge.resetConversation(unknown, "reset")).toBeNull();
    for (const agentId of ["main", "constructor", "__proto__"]) {
      expect(await world.bridge.resetConversation({ ...KEY, agentId }, "reset")).toBeNull();
    }
  });

  it("cancels the turn that runs, whose answer lands nowhere", async () => {
    const world = await rememberingWorld();
    const { turn, events } = await startTalking(world);
    expect(await world.bridge.resetConversation(KEY, "reset")).toMatchObject({ turns: 1, state: "closed" });
    const heard = events.length;
    expect(await turn).toMatchObject({ kind: "cancelled" });
    expect(await world.entry()).toBeNull();
    expect(world.pool.liveSessions).toBe(0);
    expect(await world.says(RECALL)).toBe("Nothing yet.");
    expect(events).toHaveLength(heard);
  });

  it("of a first turn leaves nothing of it, not even that it was not finished", async () => {
    const world = await createBridgeWorld();
    const { turn } = await startTalking(world);
    expect(await world.bridge.resetConversation(KEY, "reset")).toBeNull();
    expect((await turn).kind).toBe("cancelled");
    expect(await world.says("say hello")).toBe("hello");
    expect(await world.prompts()).toEqual(["count to 1000", "say hello"]);
  });

  it("ends the turn although the agent never answers the cancel", async () => {
    const world = await rememberingWorld();
    const turn = world.turn("hang");
    await expect.poll(() => world.prompts()).toContain("hang");
    await world.bridge.resetConversation(KEY, "reset");
    expect((await turn).kind).toBe("cancelled");
    expect(await world.says(RECALL)).toBe("Nothing yet.");
  });

  it("cancels the turns that wait, and comes before those that follow", async () => {
    const world = await rememberingWorld();
    const { turn } = await startTalking(world);
    const waiting = [world.turn("remember fado"), world.turn("remember samba")];
    const reset = world.bridge.resetConversation(KEY, "reset");
    const next = world.says(RECALL);
    const kinds = (await Promise.all([turn, ...waiting])).map(({ kind }) => kind);
    expect(kinds).toEqual(["cancelled", "cancelled", "cancelled"]);
    expect(await reset).toMatchObject({ turns: 1 });
    expect(await next).toBe("Nothing yet.");
    expect(await world.prompts()).toEqual(["remember tango", "count to 1000", RECALL]);
  });

  it("leaves the other conversations of the agent alone", async () => {
    const world = await rememberingWorld();
    const other = { openclawSessionKey: "agent:dev:other" };
    await world.says("remember fado", other);
    await world.bridge.resetConversation(KEY, "reset");
    expect(await world.turn(RECALL, other)).toMatchObject({
      text: "You asked me to remember fado.",
      warm: true,
    });
  });
});

describe("a reset by another process", () => {
  it("during a turn is not written over, and the turn's process is not used again", async () => {
    const world = await rememberingWorld();
    const other = world.anotherStore();
    let closing: Promise<unknown> | undefined;
    const onEvent = (): void => {
      closing ??= other.close(KEY, "reset");
    };
    await world.says("count to 10", { observer: { onEvent } });
    expect(await closing).toMatchObject({ state: "closed", turns: 1 });
    expect(await world.store.list()).toEqual([await closing]);
    expect(world.pool.liveSessions).toBe(0);
    expect(await world.says(RECALL)).toBe("Nothing yet.");
  });

  it("between two turns ends the warm session", async () => {
    const world = await rememberingWorld();
    await world.anotherStore().close(KEY, "reset");
    expect(await world.turn(RECALL)).toMatchObject({ text: "Nothing yet.", warm: false });
    expect(world.pool.liveSessions).toBe(1);
  });
});

describe("a deletion inside the host's own transaction", () => {
  const DELETION = { key: KEY, endedBy: "deleted" } as const;

  it("closes the entry when it is committed, before the transaction is over", async () => {
    const world = await rememberingWorld();
    const other = world.anotherStore();
    const result = await world.bridge.resetWithin(DELETION, async ({ commit }) => {
      commit();
      expect(await other.get(KEY)).toBeNull();
      return "done";
    });
    expect(result).toBe("done");
    expect(await endings(world)).toEqual([["closed", "deleted"]]);
    expect(await world.says(RECALL)).toBe("Nothing yet.");
  });

  it.each([true, false])(
    "changes nothing when it is taken back, committed before or not: %s",
    async (committed) => {
      const world = await rememberingWorld();
      const before = await world.store.list();
      await world.bridge.resetWithin(DELETION, ({ commit, rollback }) => {
        if (committed) commit();
        rollback();
        return Promise.resolve();
      });
      expect(await world.store.list()).toEqual(before);
      expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
    },
  );

  it("that throws changes nothing, and later turns go on", async () => {
    const world = await rememberingWorld();
    const before = await world.store.list();
    const failing = world.bridge.resetWithin(DELETION, () => Promise.reject(new Error("disk full")));
    await expect(failing).rejects.toThrow("disk full");
    expect(await world.store.list()).toEqual(before);
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
    await expect(world.bridge.resetWithin(DELETION, () => Promise.resolve("done"))).resolves.toBe("done");
  });

  it("cancels the turn that runs, and lets none begin before it is over", async () => {
    const world = await rememberingWorld();
    const { turn } = await startTalking(world);
    const gate = Promise.withResolvers<undefined>();
    const deletion = world.bridge.resetWithin(DELETION, async ({ commit }) => {
      await gate.promise;
      commit();
    });
    expect((await turn).kind).toBe("cancelled");
    const next = world.says(RECALL);
    await expect.poll(() => world.pool.liveSessions).toBe(0);
    expect(await world.prompts()).not.toContain(RECALL);
    gate.resolve(undefined);
    await deletion;
    expect(await next).toBe("Nothing yet.");
  });

  it("of an agent that is no contractor is the host's alone", async () => {
    const world = await rememberingWorld();
    const key = { ...KEY, agentId: "main" };
    const run = vi.fn(({ commit, rollback }: { commit: () => void; rollback: () => void }) => {
      commit();
      rollback();
      return Promise.resolve("done");
    });
    expect(await world.bridge.resetWithin({ key, endedBy: "deleted" }, run)).toBe("done");
    expect(run).toHaveBeenCalledOnce();
    expect(await endings(world)).toEqual([["active", undefined]]);
  });
});

describe("a conversation that was cut back", () => {
  it("begins a new session, which is told what is left, without a notice", async () => {
    const world = await rememberingWorld();
    await world.says("remember fado");
    expect(await world.bridge.resetConversation(KEY, "rewound")).toMatchObject({
      endedBy: "rewound",
      turns: 2,
    });
    world.history = HISTORY;
    expect(await world.says("say hello")).toBe("hello");
    expect(await world.says("say again")).toBe("again");
    const summary = summaryOfHistory(HISTORY, "say hello") ?? "";
    expect((await world.prompts()).slice(2)).toEqual([`${summary}\n\nsay hello`, "say again"]);
  });
});

describe("an interruption", () => {
  it("cancels the turn and ends the process, and the conversation goes on", async () => {
    const world = await rememberingWorld();
    const before = await world.store.list();
    const { turn } = await startTalking(world);
    const waiting = world.turn("remember fado");
    await world.bridge.interruptConversation(KEY);
    expect((await turn).kind).toBe("cancelled");
    expect((await waiting).kind).toBe("cancelled");
    expect(world.pool.liveSessions).toBe(0);
    expect(await world.store.list()).toEqual(before);
    expect(await world.turn(RECALL)).toMatchObject({ text: "You asked me to remember tango.", warm: false });
  });

  it("ends an idle process as well, and leaves other agents alone", async () => {
    const world = await rememberingWorld();
    await world.bridge.interruptConversation({ ...KEY, agentId: "main" });
    expect(world.pool.liveSessions).toBe(1);
    await world.bridge.interruptConversation(KEY);
    expect(world.pool.liveSessions).toBe(0);
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
  });
});

describe("a conversation that OpenClaw began anew while nobody listened", () => {
  it("begins a new session without a notice or a summary, and the old one is superseded", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango", { lifecycle: "life-1" });
    await world.restart();
    world.history = HISTORY;
    expect(await world.says(RECALL, { lifecycle: "life-2" })).toBe("Nothing yet.");
    expect((await world.prompts()).at(-1)).toBe(RECALL);
    expect(await world.store.list()).toMatchObject([
      { state: "closed", endedBy: "superseded", lifecycle: "life-1" },
      { state: "active", lifecycle: "life-2" },
    ]);
  });

  it("has a warm session, perhaps: that is not used", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango", { lifecycle: "life-1" });
    expect(await world.turn(RECALL, { lifecycle: "life-2" })).toMatchObject({
      text: "Nothing yet.",
      warm: false,
    });
    expect(world.pool.liveSessions).toBe(1);
  });

  it("cannot be told while one side does not know its life; once known, it is noted", async () => {
    const world = await rememberingWorld();
    expect(await world.says(RECALL, { lifecycle: "life-1" })).toBe("You asked me to remember tango.");
    expect(await world.entry()).toMatchObject({ lifecycle: "life-1" });
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
    await world.restart();
    expect(await world.says(RECALL, { lifecycle: "life-2" })).toBe("Nothing yet.");
  });
});

describe("what OpenClaw still has from before a reset", () => {
  it("is in no summary, however often the session is replaced later", async () => {
    const world = await rememberingWorld();
    const before = new Date().toISOString();
    await world.bridge.resetConversation(KEY, "reset");
    await expect.poll(() => new Date().toISOString()).not.toBe(before);
    await world.says("remember fado");
    const after = new Date().toISOString();
    world.history = [
      { role: "user", text: "remember tango", at: before },
      { role: "user", text: "remember fado", at: after },
    ];
    for (const round of [1, 2]) {
      await world.restart();
      await world.deleteTranscript((await world.entry())?.claudeSessionId ?? "");
      const shown = await world.says("show prompt");
      expect(shown, `round ${round}`).toContain("user: remember fado");
      expect(shown, `round ${round}`).not.toContain("tango");
    }
  });
});

describe("a batch of deletions", () => {
  it("that OpenClaw prepares one inside the other closes each, without waiting for itself", async () => {
    const world = await createBridgeWorld();
    const keys = ["one", "two", "three"].map((name) => ({ ...KEY, openclawSessionKey: `agent:dev:${name}` }));
    for (const key of keys) await world.says("say hello", key);
    const deleteFrom = async (index: number, commits: (() => void)[]): Promise<void> => {
      const key = keys[index];
      if (key === undefined) {
        for (const commit of commits) commit();
        return;
      }
      await world.bridge.resetWithin({ key, endedBy: "deleted" }, (mutation) =>
        deleteFrom(index + 1, [...commits, mutation.commit]),
      );
    };
    await deleteFrom(0, []);
    expect(await endings(world)).toEqual(keys.map(() => ["closed", "deleted"]));
  });
});
