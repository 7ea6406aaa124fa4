import { describe, expect, it } from "vitest";
import type { SessionMapEntry } from "../../src/contractor/session-map-entry.ts";
import type { ConversationKey, SessionMapStore } from "../../src/contractor/session-map-store.ts";

/** Keys that must stay what they are: no path, no separator, no length limit. */
const ODD_KEYS = ["../../x", "a:b:c", "k".repeat(300), "ключ 🦞 \u0000\n\ud800", "__proto__", '"}],'];

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

/** What every `SessionMapStore` does. `createStore` makes an empty one for each test. */
export function describeSessionMapStore(
  name: string,
  createStore: () => SessionMapStore | Promise<SessionMapStore>,
): void {
  describe(`${name}, as every session map store`, () => {
    describePut(createStore);
    describeRetirement(createStore);
    describeListing(createStore);
  });
}

type CreateStore = () => SessionMapStore | Promise<SessionMapStore>;

function describePut(createStore: CreateStore): void {
  it("knows no conversation at first", async () => {
    const store = await createStore();
    expect(await store.get(keyOf(sampleEntry()))).toBeNull();
    expect(await store.list()).toEqual([]);
  });

  it("gives back the active entry that was put", async () => {
    const store = await createStore();
    await store.put(sampleEntry());
    expect(await store.get(keyOf(sampleEntry()))).toEqual(sampleEntry());
  });

  it.each(ODD_KEYS)("takes the key %j as it is", async (openclawSessionKey) => {
    const store = await createStore();
    const entry = sampleEntry({ openclawSessionKey });
    await store.put(sampleEntry());
    await store.put(entry);
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
    for (const entry of entries) await store.put(entry);
    for (const entry of entries) expect(await store.get(keyOf(entry))).toEqual(entry);
  });

  it("closes the active entry of a conversation when another Claude session takes its place", async () => {
    const store = await createStore();
    const second = sampleEntry({ claudeSessionId: "claude-2", lastActivityAt: "2026-01-02T00:00:00Z" });
    await store.put(sampleEntry());
    await store.put(second);
    expect(await store.get(keyOf(second))).toEqual(second);
    expect(await store.list()).toEqual([sampleEntry({ state: "closed" }), second]);
  });

  it("leaves the active entry alone when an entry that is not active is put", async () => {
    const store = await createStore();
    await store.put(sampleEntry());
    await store.put(sampleEntry({ claudeSessionId: "claude-0", state: "closed" }));
    expect(await store.get(keyOf(sampleEntry()))).toEqual(sampleEntry());
  });

  it("replaces the entry of the same conversation and Claude session, and keeps its unknown fields", async () => {
    const store = await createStore();
    const later = sampleEntry({ turns: 2, lastActivityAt: "2026-01-02T00:00:00Z" });
    await store.put({ ...sampleEntry(), notes: { from: ["a newer version", null, 1.5] } });
    await store.put(later);
    expect(await store.list()).toEqual([{ ...later, notes: { from: ["a newer version", null, 1.5] } }]);
  });

  it("makes a closed entry active again when it is put as active", async () => {
    const store = await createStore();
    await store.put(sampleEntry());
    await store.close(keyOf(sampleEntry()));
    await store.put(sampleEntry({ turns: 2 }));
    expect(await store.list()).toEqual([sampleEntry({ turns: 2 })]);
  });

  it("refuses an entry that it could not read again, and stores nothing", async () => {
    const store = await createStore();
    await store.put(sampleEntry());
    const broken = sampleEntry({ claudeSessionId: "claude-2", lastActivityAt: "yesterday" });
    await expect(store.put(broken)).rejects.toMatchObject({ code: "session-map-invalid" });
    expect(await store.list()).toEqual([sampleEntry()]);
  });

  it("loses none of many entries that are put at once", async () => {
    const store = await createStore();
    const keys = Array.from({ length: 30 }, (_, number) => `agent:dev:${number}`);
    await Promise.all(keys.map((openclawSessionKey) => store.put(sampleEntry({ openclawSessionKey }))));
    expect((await store.list()).map((entry) => entry.openclawSessionKey).toSorted()).toEqual(keys.toSorted());
  });
}

function describeRetirement(createStore: CreateStore): void {
  it("applies calls in the order in which they were made", async () => {
    const store = await createStore();
    const numbers = Array.from({ length: 10 }, (_, number) => number);
    const calls = numbers.flatMap((number) => [
      store.put(sampleEntry({ claudeSessionId: `claude-${number}` })),
      store.close(keyOf(sampleEntry())),
    ]);
    const results = await Promise.all([...calls, store.put(sampleEntry({ claudeSessionId: "last" }))]);
    const closed = results.flatMap((entry) => (entry ? [entry.claudeSessionId] : []));
    expect(closed).toEqual(numbers.map((number) => `claude-${number}`));
    expect(await store.get(keyOf(sampleEntry()))).toMatchObject({ claudeSessionId: "last" });
  });

  const retirements = [
    { method: "close", state: "closed" },
    { method: "markOrphaned", state: "orphaned" },
  ] as const;

  it.each(retirements)("$method makes the active entry $state and resolves to it", async (retirement) => {
    const store = await createStore();
    const other = sampleEntry({ openclawSessionKey: "agent:dev:group" });
    const gone = sampleEntry({ state: retirement.state });
    await store.put(sampleEntry());
    await store.put(other);
    expect(await store[retirement.method](keyOf(gone))).toEqual(gone);
    expect(await store.get(keyOf(gone))).toBeNull();
    expect(await store.get(keyOf(other))).toEqual(other);
    expect(await store.list()).toContainEqual(gone);
  });

  it.each(retirements)("$method resolves to null when no entry is active", async ({ method }) => {
    const store = await createStore();
    expect(await store[method](keyOf(sampleEntry()))).toBeNull();
    await store.put(sampleEntry({ state: "closed" }));
    expect(await store[method](keyOf(sampleEntry()))).toBeNull();
    expect(await store.list()).toEqual([sampleEntry({ state: "closed" })]);
  });

  it("removeAgent drops every entry of that agent, in any state, and counts them", async () => {
    const store = await createStore();
    const other = sampleEntry({ agentId: "ops" });
    await store.put(sampleEntry());
    await store.put(sampleEntry({ claudeSessionId: "claude-2" }));
    await store.put(other);
    expect(await store.removeAgent("dev")).toBe(2);
    expect(await store.list()).toEqual([other]);
    expect(await store.removeAgent("dev")).toBe(0);
  });
}

function describeListing(createStore: CreateStore): void {
  it("lists entries in any state, oldest activity first by instant", async () => {
    const store = await createStore();
    const instants = ["2026-01-01T00:00:00.500Z", "2026-01-01T00:00:01Z", "2026-01-01T00:00:00Z"];
    for (const lastActivityAt of instants) {
      await store.put(sampleEntry({ claudeSessionId: lastActivityAt, lastActivityAt }));
    }
    const listed = (await store.list()).map((entry) => entry.lastActivityAt);
    expect(listed).toEqual([instants[2], instants[0], instants[1]]);
  });

  it("lists the entries of one agent alone when asked to", async () => {
    const store = await createStore();
    await store.put(sampleEntry());
    await store.put(sampleEntry({ agentId: "ops" }));
    expect(await store.list("ops")).toEqual([sampleEntry({ agentId: "ops" })]);
    expect(await store.list("nobody")).toEqual([]);
  });

  it("hands out copies: changing one changes nothing in the store", async () => {
    const store = await createStore();
    const mine = { ...sampleEntry(), notes: { count: 1 } };
    await store.put(mine);
    mine.notes.count = 2;
    const theirs = await store.get(keyOf(mine));
    if (theirs !== null) theirs.turns = 99;
    expect(await store.get(keyOf(mine))).toEqual({ ...sampleEntry(), notes: { count: 1 } });
  });
}
