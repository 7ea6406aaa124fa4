import { mkdir, mkdtemp, realpath, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pluginConfigSchema, type PluginConfig } from "../../src/config/schema.ts";
import { expectedTranscriptPath } from "../../src/contractor/claude-transcripts.ts";
import { createFileSessionMapStore } from "../../src/contractor/session-map/file-session-map-store.ts";
import type { SessionMapStore } from "../../src/contractor/session-map/session-map-store.ts";
import type { HostConversations, NewConversation } from "../../src/openclaw/host-conversations.ts";
import { createNativeSessions } from "../../src/openclaw/native-sessions.ts";
import { createSessionCatalog, type SessionCatalog } from "../../src/openclaw/session-catalog.ts";
import { answered, said, text } from "../contractor/conversation/transcript-lines.ts";

const idOf = (count: number): string => `0199aa55-0000-4000-8000-${String(count).padStart(12, "0")}`;
const ROOF = idOf(1);
const DOOR = idOf(2);
const ADMIN = ["operator.admin"];

let root: string;
let workspace: string;
let config: PluginConfig;
let store: SessionMapStore;
let catalog: SessionCatalog;
let existing: string[];
let created: NewConversation[];

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "session-catalog-")));
  workspace = join(root, "workspace");
  await mkdir(workspace);
  config = pluginConfigSchema.parse({ contractors: { dev: { contractor: "claude", workspace } } });
  store = createFileSessionMapStore({ workspace });
  existing = [];
  created = [];
  catalog = createSessionCatalog({
    conversations: createConversations(),
    natives: createNativeSessions({
      readConfig: () => config,
      openStore: () => store,
      ambient: { HOME: root },
      now: () => new Date("2026-01-03T00:00:00.000Z"),
    }),
  });
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

/** As the host: a conversation whose binding fails is not made. */
function createConversations(): HostConversations {
  return {
    has: ({ openclawSessionKey }) => existing.includes(openclawSessionKey),
    async create(conversation) {
      await conversation.bind(conversation.key);
      created.push(conversation);
      return conversation.key.openclawSessionKey;
    },
  };
}

async function write(claudeSessionId: string, ...lines: string[]): Promise<void> {
  const path = expectedTranscriptPath({ claudeSessionId, workspace }, { HOME: root });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, lines.join("\n"));
  const changedAt = new Date(Date.UTC(2026, 0, 1, 0, 0, Number(claudeSessionId.slice(-12))));
  await utimes(path, changedAt, changedAt);
}

type ListQuery = Parameters<SessionCatalog["list"]>[0];

const list = (query: Partial<ListQuery> = {}) => catalog.list({ agentId: "dev", ...query });

describe("the list of Claude's own sessions", () => {
  it("has those of the contractor's workspace, the latest first", async () => {
    await write(ROOF, said("mend the roof"));
    await write(DOOR, said("paint the door"));
    const [host, ...others] = await list();
    expect(others).toEqual([]);
    expect(host).toMatchObject({ hostId: "gateway", kind: "gateway", connected: true });
    expect(host?.nextCursor).toBeUndefined();
    expect(host?.sessions).toMatchObject([
      { threadId: DOOR, name: "paint the door", cwd: workspace, canContinue: true, canArchive: false },
      { threadId: ROOF, name: "mend the roof", cwd: workspace, canContinue: true, canArchive: false },
    ]);
  });

  it("is nothing for other agents, other machines and nothing found", async () => {
    await write(ROOF, said("mend the roof"));
    expect(await list({ agentId: "other" })).toEqual([]);
    expect(await list({ hostIds: ["node-1"] })).toEqual([]);
    expect(await list({ search: "window" })).toEqual([]);
    expect(await list({ search: "ROOF" })).toMatchObject([{ sessions: [{ threadId: ROOF }] }]);
    expect(await list({ search: ROOF })).toMatchObject([{ sessions: [{ threadId: ROOF }] }]);
  });

  it("is given in pages", async () => {
    for (let count = 1; count <= 5; count += 1) await write(idOf(count), said(`task ${count}`));
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 1; page <= 3; page += 1) {
      const cursors = cursor === undefined ? {} : { cursors: { gateway: cursor } };
      const [host] = await list({ limitPerHost: 2, ...cursors });
      seen.push(...(host?.sessions ?? []).map(({ name }) => name ?? ""));
      cursor = host?.nextCursor;
      expect(cursor === undefined).toBe(page === 3);
    }
    expect(seen).toEqual(["task 5", "task 4", "task 3", "task 2", "task 1"]);
  });

  it("does not look into the home of the Gateway's user without leave", async () => {
    await write(ROOF, said("mend the roof"));
    expect(await list({ allowProcessHomeFallback: false })).toEqual([]);
    const claudeConfigDir = join(root, ".claude");
    const dev = { contractor: "claude", workspace, claudeConfigDir };
    config = pluginConfigSchema.parse({ contractors: { dev } });
    expect(await list({ allowProcessHomeFallback: false })).toMatchObject([
      { sessions: [{ threadId: ROOF }] },
    ]);
  });

  it("says which conversation has a session, and whether it may go on", async () => {
    await write(ROOF, said("mend the roof"));
    await continued(ROOF);
    expect(await list()).toMatchObject([
      { sessions: [{ threadId: ROOF, canContinue: true, sessionKey: keyOf(ROOF) }] },
    ]);
    const other = { contractor: "claude", workspace };
    config = pluginConfigSchema.parse({ contractors: { dev: other, other } });
    const [host] = await list({ agentId: "other" });
    expect(host?.sessions).toMatchObject([{ threadId: ROOF, canContinue: false }]);
    expect(host?.sessions[0]).not.toHaveProperty("sessionKey");
  });
});

const keyOf = (claudeSessionId: string): string => `agent:dev:claude-${claudeSessionId}`;

function continued(threadId: string, clientScopes = ADMIN): Promise<unknown> {
  return catalog.continueSession({
    agentId: "dev",
    hostId: "gateway",
    threadId,
    clientScopes,
  });
}

describe("a session that is continued", () => {
  it("becomes a conversation's, which knows what was said before", async () => {
    await write(ROOF, said("mend the roof"), answered("m1", text("Which one?")));
    expect(await continued(ROOF)).toEqual({ sessionKey: keyOf(ROOF) });
    const key = { agentId: "dev", openclawSessionKey: keyOf(ROOF) };
    expect(await store.get(key)).toMatchObject({ claudeSessionId: ROOF, state: "active", turns: 0 });
    expect(created).toMatchObject([{ key, title: "mend the roof" }]);
    const page = await created[0]?.history.read({ limit: 10 });
    expect(page?.items.map(({ text: said }) => said)).toEqual(["Which one?", "mend the roof"]);
  });

  it("is opened where it is already, and given back where it was reset", async () => {
    await write(ROOF, said("mend the roof"));
    await continued(ROOF);
    expect(await continued(ROOF)).toEqual({ sessionKey: keyOf(ROOF) });
    expect(created).toHaveLength(1);
    const key = { agentId: "dev", openclawSessionKey: keyOf(ROOF) };
    await store.close(key, "reset");
    existing.push(keyOf(ROOF));
    expect(await continued(ROOF)).toEqual({ sessionKey: keyOf(ROOF) });
    expect(created).toHaveLength(1);
    expect(await store.get(key)).toMatchObject({ claudeSessionId: ROOF });
  });

  it("is refused to those who are no administrators, and when it is not there", async () => {
    await write(ROOF, said("mend the roof"));
    await expect(continued(ROOF, ["operator.write"])).rejects.toMatchObject({ code: "usage" });
    await expect(continued(DOOR)).rejects.toMatchObject({ code: "claude-session-unknown" });
    expect(await store.list()).toEqual([]);
  });
});

describe("what was said in a session", () => {
  const read = (threadId: string, page = {}) =>
    catalog.read({ agentId: "dev", hostId: "gateway", threadId, ...page });

  it("is read in pages, the latest first", async () => {
    await write(ROOF, said("one"), answered("m1", text("two")), said("three"));
    const first = await read(ROOF, { limit: 2 });
    expect(first.items).toMatchObject([
      { type: "userMessage", text: "three" },
      { type: "agentMessage", text: "two" },
    ]);
    const second = await read(ROOF, { limit: 2, cursor: first.nextCursor });
    expect(second.items).toMatchObject([{ type: "userMessage", text: "one" }]);
    expect(second.nextCursor).toBeUndefined();
  });

  it("has no secrets", async () => {
    const key = `sk-ant-api03-${"a1B2".repeat(12)}`;
    await write(ROOF, said(`use ${key}`));
    expect(JSON.stringify(await read(ROOF))).not.toContain(key);
  });

  it("is not read from elsewhere", async () => {
    await expect(read(ROOF)).rejects.toMatchObject({ code: "claude-session-unknown" });
    const other = join(root, ".claude/projects/-srv-other");
    await mkdir(other, { recursive: true });
    await writeFile(join(other, `${ROOF}.jsonl`), said("mend the roof"));
    for (const id of [ROOF, `../-srv-other/${ROOF}`])
      await expect(read(id)).rejects.toMatchObject({ code: "claude-session-unknown" });
  });
});
