import { describe, expect, it } from "vitest";
import type { EndReason, SessionMapEntry } from "../../src/contractor/session-map/session-map-entry.ts";
import type {
  ConversationKey,
  SessionActivity,
  SessionMapStore,
} from "../../src/contractor/session-map/session-map-store.ts";

/** Keys that must stay what they are: no path, no separator, no length limit. */
const ODD_KEYS = ["../../x", "a:b:c", "k".repeat(300), "ключ 🦞 \u0000\n\ud800", "__proto__", '"}],'];

/** What the store's clock shows. */
export const NOW = new Date("2026-01-05T12:00:00.000Z");

export function sampleEntry(overrides: Partial<SessionMapEntry> = {}): SessionMapEntry {
  return {
    openclawSessionKey: "agent:dev:main",
    agentId: "dev",
    contractor: "claude",
    claudeSessionId: "claude-1",
    workspace: "/workspace",
    createdAt: "2026-01-01T00:00:00Z",
    lastActivityAt: "2026-01-01T00:00:00Z",
    state: "active",
    turns: 1,
    ...overrides,
  };
}

export function keyOf({ agentId, openclawSessionKey }: SessionMapEntry): ConversationKey {
  return { agentId, openclawSessionKey };
}

/** What the sample entry is after it was ended at `NOW`. */
export function endedSample(endedBy: EndReason, overrides: Partial<SessionMapEntry> = {}): SessionMapEntry {
  const state = endedBy === "lost" ? "orphaned" : "closed";
  return sampleEntry({ state, endedBy, endedAt: NOW.toISOString(), ...overrides });
}

export function install(
  store: SessionMapStore,
  entry: SessionMapEntry,
  expected: string | null = null,
): Promise<boolean> {
  return store.install(entry, { expected, endedBy: "superseded" });
}

export function turnOf(entry: SessionMapEntry, overrides: Partial<SessionActivity> = {}): SessionActivity {
  const { claudeSessionId } = entry;
  return { key: keyOf(entry), claudeSessionId, at: "2026-01-02T00:00:00Z", ...overrides };
}

/** What every `SessionMapStore` does. `createStore` makes an empty one, with `NOW` as its clock, for each test. */
export function describeSessionMapStore(
  name: string,
  createStore: () => SessionMapStore | Promise<SessionMapStore>,
): void {
  describe(`${name}, as every session map store`, () => {
    describe("install", () => {
      describeInstall(createStore);
      describeCondition(createStore);
    });
    describe("touch", () => {
      describeTouch(createStore);
    });
    describe("close and removeAgent", () => {
      describeEnding(createStore);
    });
    describe("prepareClose", () => {
      describePreparedClose(createStore);
    });
    describe("reading", () => {
      describeReading(createStore);
    });
  });
}

type CreateStore = () => SessionMapStore | Promise<SessionMapStore>;

function describeInstall(createStore: CreateStore): void {
  it.each(ODD_KEYS)("takes the key %j as it is", async (openclawSessionKey) => {
    const store = await createStore();
    const entry = sampleEntry({ openclawSessionKey });
    await install(store, sampleEntry());
    await install(store, entry);
    expect(await store.get(keyOf(entry))).toEqual(entry);
    expect(await store.list()).toHaveLength(2);
  });

  it("keeps the conversations of one agent apart, and one key of two agents", async () => {
    const store = await createStore();
    const entries = [
      sampleEntry(),
      sampleEntry({ openclawSessionKey: "agent:dev:group", claudeSessionId: "claude-2" }),
      sampleEntry({ agentId: "ops", claudeSessionId: "claude-3" }),
    ];
    for (const entry of entries) expect(await install(store, entry)).toBe(true);
    for (const entry of entries) expect(await store.get(keyOf(entry))).toEqual(entry);
  });

  it("replaces the entry of the same Claude session, and keeps only its unknown fields", async () => {
    const store = await createStore();
    const notes = { from: ["a newer version", null, 1.5] };
    const later = sampleEntry({ turns: 2, lastActivityAt: "2026-01-02T00:00:00Z" });
    await install(store, { ...sampleEntry({ seedPending: true }), notes });
    expect(await install(store, later, "claude-1")).toBe(true);
    expect(await store.list()).toEqual([{ ...later, notes }]);
  });

  it("makes a closed entry active again, with nothing left of its end", async () => {
    const store = await createStore();
    await install(store, sampleEntry());
    await store.close(keyOf(sampleEntry()), "reset");
    expect(await install(store, sampleEntry({ turns: 2 }))).toBe(true);
    expect(await store.list()).toEqual([sampleEntry({ turns: 2 })]);
  });

  it("makes an entry active that says that it is not", async () => {
    const store = await createStore();
    await install(store, endedSample("reset"));
    expect(await store.get(keyOf(sampleEntry()))).toEqual(sampleEntry());
  });

  it("refuses an entry that it could not read again, and stores nothing", async () => {
    const store = await createStore();
    await install(store, sampleEntry());
    const broken = sampleEntry({ claudeSessionId: "claude-2", lastActivityAt: "yesterday" });
    await expect(install(store, broken, "claude-1")).rejects.toMatchObject({ code: "session-map-invalid" });
    expect(await store.list()).toEqual([sampleEntry()]);
  });

  it("loses none of many entries that are installed at once", async () => {
    const store = await createStore();
    const keys = Array.from({ length: 30 }, (_, number) => `agent:dev:${number}`);
    await Promise.all(keys.map((openclawSessionKey) => install(store, sampleEntry({ openclawSessionKey }))));
    expect((await store.list()).map((entry) => entry.openclawSessionKey).toSorted()).toEqual(keys.toSorted());
  });
}

function describeCondition(createStore: CreateStore): void {
  const second = sampleEntry({ claudeSessionId: "claude-2", lastActivityAt: "2026-01-02T00:00:00Z" });

  it.each([
    ["superseded", "closed"],
    ["rotated", "closed"],
    ["lost", "orphaned"],
  ] as const)("ends the expected session that was %s as %s, at the store's time", async (endedBy, state) => {
    const store = await createStore();
    await install(store, sampleEntry());
    expect(await store.install(second, { expected: "claude-1", endedBy })).toBe(true);
    expect(await store.get(keyOf(second))).toEqual(second);
    expect(await store.list()).toEqual([endedSample(endedBy, { state }), second]);
  });

  it.each([
    ["none was expected", null],
    ["a third one was expected", "claude-3"],
    ["the new one itself was expected", "claude-2"],
  ])("changes nothing while another session is active and %s", async (_, expected) => {
    const store = await createStore();
    await install(store, sampleEntry());
    expect(await install(store, second, expected)).toBe(false);
    expect(await store.list()).toEqual([sampleEntry()]);
  });

  it("changes nothing when the expected session was closed meanwhile: a reset stays a reset", async () => {
    const store = await createStore();
    await install(store, sampleEntry());
    await store.close(keyOf(sampleEntry()), "reset");
    expect(await install(store, sampleEntry({ turns: 2 }), "claude-1")).toBe(false);
    expect(await install(store, second, "claude-1")).toBe(false);
    expect(await store.list()).toEqual([endedSample("reset")]);
  });

  it("lets one of two win that expect the same", async () => {
    const store = await createStore();
    const installs = [install(store, sampleEntry()), install(store, second)];
    expect(await Promise.all(installs)).toEqual([true, false]);
    expect(await store.list()).toEqual([sampleEntry()]);
  });
}

function describeTouch(createStore: CreateStore): void {
  it("counts a turn, notes its time and its changes, and keeps the rest", async () => {
    const store = await createStore();
    await install(store, { ...sampleEntry({ seedPending: true, lifecycle: "one" }), notes: "kept" });
    const changes = { seedPending: false, transcript: "/transcripts/claude-1.jsonl", lifecycle: undefined };
    expect(await store.touch(turnOf(sampleEntry(), { changes }))).toBe(true);
    expect(await store.touch(turnOf(sampleEntry(), { at: "2026-01-03T00:00:00Z" }))).toBe(true);
    const touched = {
      ...sampleEntry({ turns: 3, lastActivityAt: "2026-01-03T00:00:00Z", lifecycle: "one" }),
      seedPending: false,
      transcript: "/transcripts/claude-1.jsonl",
      notes: "kept",
    };
    expect(await store.get(keyOf(sampleEntry()))).toEqual(touched);
    expect(await store.latest(keyOf(sampleEntry()))).toEqual(touched);
    expect(await store.list()).toEqual([touched]);
    await store.flush();
    expect(await store.list()).toEqual([touched]);
  });

  it("does not turn the time of the last activity back", async () => {
    const store = await createStore();
    await install(store, sampleEntry());
    await store.touch(turnOf(sampleEntry(), { at: "2025-01-01T00:00:00Z" }));
    expect(await store.get(keyOf(sampleEntry()))).toEqual(sampleEntry({ turns: 2 }));
  });

  it("changes nothing when that session is not the active one", async () => {
    const store = await createStore();
    expect(await store.touch(turnOf(sampleEntry()))).toBe(false);
    await install(store, sampleEntry());
    expect(await store.touch(turnOf(sampleEntry(), { claudeSessionId: "claude-2" }))).toBe(false);
    await store.close(keyOf(sampleEntry()), "reset");
    expect(await store.touch(turnOf(sampleEntry()))).toBe(false);
    await store.flush();
    expect(await store.list()).toEqual([endedSample("reset")]);
  });

  it("refuses what it could not read again", async () => {
    const store = await createStore();
    await install(store, sampleEntry());
    const touch = store.touch(turnOf(sampleEntry(), { at: "yesterday" }));
    await expect(touch).rejects.toMatchObject({ code: "session-map-invalid" });
    await store.flush();
    expect(await store.list()).toEqual([sampleEntry()]);
  });

  it("is part of what a close, a replacement or a flush writes, and counts once", async () => {
    const store = await createStore();
    const second = sampleEntry({ claudeSessionId: "claude-2", lastActivityAt: "2026-01-03T00:00:00Z" });
    await install(store, sampleEntry());
    await store.touch(turnOf(sampleEntry()));
    await install(store, second, "claude-1");
    await store.touch(turnOf(second, { at: "2026-01-04T00:00:00Z" }));
    await store.flush();
    await store.touch(turnOf(second, { at: "2026-01-04T00:00:00Z" }));
    await store.close(keyOf(second), "reset");
    await store.flush();
    const last = { claudeSessionId: "claude-2", turns: 3, lastActivityAt: "2026-01-04T00:00:00Z" };
    expect(await store.list()).toEqual([
      endedSample("superseded", { turns: 2, lastActivityAt: "2026-01-02T00:00:00Z" }),
      endedSample("reset", last),
    ]);
  });

  it("comes after what was called before, and before what is called after", async () => {
    const store = await createStore();
    const calls = [
      install(store, sampleEntry()),
      store.touch(turnOf(sampleEntry())),
      store.close(keyOf(sampleEntry()), "reset"),
      store.touch(turnOf(sampleEntry())),
    ];
    const closed = endedSample("reset", { turns: 2, lastActivityAt: "2026-01-02T00:00:00Z" });
    expect(await Promise.all(calls)).toEqual([true, true, closed, false]);
  });
}

function describeEnding(createStore: CreateStore): void {
  it("applies calls in the order in which they were made", async () => {
    const store = await createStore();
    const numbers = Array.from({ length: 10 }, (_, number) => number);
    const closes = numbers.map((number) => {
      void install(store, sampleEntry({ claudeSessionId: `claude-${number}` }));
      return store.close(keyOf(sampleEntry()), "reset");
    });
    const last = install(store, sampleEntry({ claudeSessionId: "last" }));
    const closed = (await Promise.all(closes)).map((entry) => entry?.claudeSessionId);
    expect(closed).toEqual(numbers.map((number) => `claude-${number}`));
    expect(await last).toBe(true);
    expect(await store.get(keyOf(sampleEntry()))).toMatchObject({ claudeSessionId: "last" });
  });

  it.each([
    ["reset", "closed"],
    ["deleted", "closed"],
    ["lost", "orphaned"],
  ] as const)("close ends the active entry that was %s as %s and resolves to it", async (endedBy, state) => {
    const store = await createStore();
    const other = sampleEntry({ openclawSessionKey: "agent:dev:group" });
    const gone = endedSample(endedBy, { state });
    await install(store, sampleEntry());
    await install(store, other);
    expect(await store.close(keyOf(gone), endedBy)).toEqual(gone);
    expect(await store.get(keyOf(gone))).toBeNull();
    expect(await store.get(keyOf(other))).toEqual(other);
    expect(await store.list()).toContainEqual(gone);
  });

  it("close resolves to null when no entry is active, and leaves the ended one as it is", async () => {
    const store = await createStore();
    expect(await store.close(keyOf(sampleEntry()), "reset")).toBeNull();
    await install(store, sampleEntry());
    await store.close(keyOf(sampleEntry()), "reset");
    expect(await store.close(keyOf(sampleEntry()), "lost")).toBeNull();
    expect(await store.list()).toEqual([endedSample("reset")]);
  });

  it("removeAgent drops every entry of that agent, in any state, and counts them", async () => {
    const store = await createStore();
    const other = sampleEntry({ agentId: "ops" });
    await install(store, sampleEntry());
    await install(store, sampleEntry({ claudeSessionId: "claude-2" }), "claude-1");
    await install(store, other);
    await store.touch(turnOf(sampleEntry({ claudeSessionId: "claude-2" })));
    expect(await store.removeAgent("dev")).toBe(2);
    await store.flush();
    expect(await store.list()).toEqual([other]);
    expect(await store.removeAgent("dev")).toBe(0);
  });
}

function describePreparedClose(createStore: CreateStore): void {
  const key = keyOf(sampleEntry());

  it("can be prepared several times, one inside the other, while somebody waits to write", async () => {
    const store = await createStore();
    const keys = ["agent:dev:one", "agent:dev:two", "agent:dev:three"];
    for (const openclawSessionKey of keys) await install(store, sampleEntry({ openclawSessionKey }));
    const [one, two, three] = keys.map((openclawSessionKey) => keyOf(sampleEntry({ openclawSessionKey })));
    const outer = await store.prepareClose(one ?? key, "deleted");
    const waiting = store.close(key, "reset");
    const middle = await store.prepareClose(two ?? key, "deleted");
    const inner = await store.prepareClose(three ?? key, "deleted");
    outer.commit();
    middle.commit();
    inner.commit();
    inner.rollback();
    for (const prepared of [inner, middle, outer]) await prepared.release();
    expect(await waiting).toBeNull();
    await store.flush();
    const states = (await store.list()).map(({ openclawSessionKey, state }) => [openclawSessionKey, state]);
    expect(Object.fromEntries(states)).toEqual({
      "agent:dev:one": "closed",
      "agent:dev:two": "closed",
      "agent:dev:three": "active",
    });
  });

  it("names the entry and changes nothing before the commit", async () => {
    const store = await createStore();
    await install(store, sampleEntry());
    const prepared = await store.prepareClose(key, "reset");
    expect(prepared.entry).toEqual(sampleEntry());
    await prepared.release();
    expect(await store.list()).toEqual([sampleEntry()]);
  });

  it("closes at the commit, with the turns that were noted until then", async () => {
    const store = await createStore();
    await install(store, sampleEntry());
    await store.touch(turnOf(sampleEntry()));
    const prepared = await store.prepareClose(key, "lost");
    await store.touch(turnOf(sampleEntry()));
    prepared.commit();
    const closed = endedSample("lost", { turns: 3, lastActivityAt: "2026-01-02T00:00:00Z" });
    expect(await store.get(key)).toBeNull();
    expect(await store.touch(turnOf(sampleEntry()))).toBe(false);
    await prepared.release();
    await store.flush();
    expect(await store.list()).toEqual([closed]);
  });

  it("is active again after a rollback, with every turn counted once", async () => {
    const store = await createStore();
    const touched = sampleEntry({ turns: 2, lastActivityAt: "2026-01-02T00:00:00Z" });
    await install(store, sampleEntry());
    await store.touch(turnOf(sampleEntry()));
    const prepared = await store.prepareClose(key, "reset");
    prepared.commit();
    prepared.rollback();
    expect(await store.get(key)).toEqual(touched);
    await prepared.release();
    await store.flush();
    expect(await store.list()).toEqual([touched]);
  });

  it("has nothing to take back when the commit was never called", async () => {
    const store = await createStore();
    await install(store, sampleEntry());
    const prepared = await store.prepareClose(key, "reset");
    await store.touch(turnOf(sampleEntry()));
    prepared.rollback();
    await prepared.release();
    expect(await store.get(key)).toMatchObject({ turns: 2 });
  });

  it("lets nobody else change the map until it is released, and be released twice", async () => {
    const store = await createStore();
    await install(store, sampleEntry());
    const prepared = await store.prepareClose(key, "reset");
    const later = install(store, sampleEntry({ claudeSessionId: "claude-2" }));
    expect(await Promise.race([later, pause(100)])).toBe("still waiting");
    prepared.commit();
    await Promise.all([prepared.release(), prepared.release()]);
    await prepared.release();
    expect(await later).toBe(true);
    expect(await store.get(key)).toMatchObject({ claudeSessionId: "claude-2" });
  });

  it("has no entry for a conversation that has none, and does nothing then", async () => {
    const store = await createStore();
    const other = sampleEntry({ agentId: "ops" });
    for (const entries of [[], [other]]) {
      for (const entry of entries) await install(store, entry);
      const prepared = await store.prepareClose(key, "reset");
      expect(prepared.entry).toBeNull();
      prepared.commit();
      prepared.rollback();
      await prepared.release();
      expect(await store.list()).toEqual(entries);
    }
  });
}

function pause(milliseconds: number): Promise<"still waiting"> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, "still waiting"));
}

function describeReading(createStore: CreateStore): void {
  it("knows no conversation and no incident at first", async () => {
    const store = await createStore();
    expect(await store.get(keyOf(sampleEntry()))).toBeNull();
    expect(await store.latest(keyOf(sampleEntry()))).toBeNull();
    expect(await store.list()).toEqual([]);
    expect(await store.incidents()).toEqual([]);
    await store.flush();
  });

  it("latest is the entry with the latest activity, ended or not, and of equal ones the active", async () => {
    const store = await createStore();
    const lastActivityAt = "2026-01-02T00:00:00Z";
    const second = sampleEntry({ claudeSessionId: "claude-2", lastActivityAt });
    const third = sampleEntry({ claudeSessionId: "claude-3", lastActivityAt });
    await install(store, second);
    await store.close(keyOf(second), "reset");
    await install(store, sampleEntry());
    expect(await store.latest(keyOf(second))).toMatchObject({ claudeSessionId: "claude-2" });
    await install(store, third, "claude-1");
    await install(store, sampleEntry({ openclawSessionKey: "agent:dev:group" }));
    expect(await store.latest(keyOf(second))).toEqual(third);
  });

  it("lists entries in any state, oldest activity first by instant", async () => {
    const store = await createStore();
    const instants = ["2026-01-01T00:00:00.500Z", "2026-01-01T00:00:01Z", "2026-01-01T00:00:00Z"];
    let expected: string | null = null;
    for (const lastActivityAt of instants) {
      await install(store, sampleEntry({ claudeSessionId: lastActivityAt, lastActivityAt }), expected);
      expected = lastActivityAt;
    }
    const listed = (await store.list()).map((entry) => entry.lastActivityAt);
    expect(listed).toEqual([instants[2], instants[0], instants[1]]);
  });

  it("lists the entries of one agent alone when asked to", async () => {
    const store = await createStore();
    await install(store, sampleEntry());
    await install(store, sampleEntry({ agentId: "ops" }));
    expect(await store.list("ops")).toEqual([sampleEntry({ agentId: "ops" })]);
    expect(await store.list("nobody")).toEqual([]);
  });

  it("hands out copies: changing one changes nothing in the store", async () => {
    const store = await createStore();
    const mine = { ...sampleEntry(), notes: { count: 1 } };
    const stored = install(store, mine);
    mine.notes.count = 2;
    await stored;
    for (const read of ["get", "latest"] as const) {
      const theirs = await store[read](keyOf(mine));
      if (theirs !== null) theirs.turns = 99;
    }
    for (const theirs of await store.list()) theirs.turns = 99;
    expect(await store.get(keyOf(mine))).toEqual({ ...sampleEntry(), notes: { count: 1 } });
  });
}
