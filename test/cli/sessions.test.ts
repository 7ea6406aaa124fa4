import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SessionRow } from "../../src/cli/session-rows.ts";
import { listSessions, type SessionsOptions } from "../../src/cli/sessions.ts";
import { sessionMapPathOf } from "../../src/contractor/runtime-state.ts";
import { createFileSessionMapStore } from "../../src/contractor/session-map/file-session-map-store.ts";
import type { SessionMapEntry } from "../../src/contractor/session-map/session-map-entry.ts";
import { sampleEntry } from "../suites/session-map-store-conformance.ts";
import { addTo, install } from "./contractors.ts";
import { createHostStandIn, type HostStandIn } from "./host-stand-in.ts";
import { sampleContractor, sampleConversation, sampleOverview } from "./overviews.ts";

let home: string;
let host: HostStandIn;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cli-sessions-")));
  host = await createHostStandIn(home);
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const add = (agentId: string): Promise<string> => addTo({ host, home }, agentId);

async function list(agentId?: string): Promise<{ data: unknown; text: string }> {
  const { data, text } = await listSessions(await host.context(), agentId === undefined ? {} : { agentId });
  return { data, text: stripVTControlCharacters(text) };
}

describe("sessions", () => {
  it("lists the conversations of every contractor, latest activity first", async () => {
    const dev = await add("dev");
    const ops = await add("ops");
    const early = sampleEntry({ workspace: dev, lastActivityAt: "2026-01-01T22:00:00Z", lifecycle: "1" });
    const late = sampleEntry({ agentId: "ops", workspace: ops, lastActivityAt: "2026-01-01T22:00:00.500Z" });
    await install(dev, early);
    await install(ops, { ...late, claudeSessionId: "claude-long-id" });
    const shown = (entry: SessionMapEntry): Record<string, unknown> => {
      const { agentId, openclawSessionKey, claudeSessionId, state, createdAt, lastActivityAt } = entry;
      const { turns, workspace } = entry;
      const row = { agentId, openclawSessionKey, claudeSessionId, state, createdAt, lastActivityAt };
      const openWith = { cwd: workspace, command: ["claude", "--resume", claudeSessionId] };
      const untold = { usage: null, costUsd: null, contextTokens: null, contextWindow: null, endpoint: null };
      const live = { warm: false, busy: false, queued: 0, turn: null, lastError: null };
      return { ...row, endedAt: null, endedBy: null, turns, ...untold, ...live, workspace, openWith };
    };
    const { data, text } = await list();
    expect(data).toEqual({
      sessions: [shown({ ...late, claudeSessionId: "claude-long-id" }), shown(early)],
      problems: [],
    });
    expect(text).toBe(
      [
        "AGENT  STATE   LIVE  TURNS  CONTEXT  COST  LAST ACTIVITY  CLAUDE SESSION  OPENCLAW SESSION",
        "ops    active  -     1      -        -     2 h ago        claude-long-id  agent:dev:main",
        "dev    active  -     1      -        -     2 h ago        claude-1        agent:dev:main",
        "",
        "To open one in a terminal, `cd <workspace> && claude --resume <Claude session>`; the first:",
        `  cd ${ops} && claude --resume claude-long-id`,
      ].join("\n"),
    );
  });

  it("shows of one contractor how to open each of its conversations in a terminal", async () => {
    const workspace = await add("dev");
    await add("ops");
    const odd = join(home, "it's a folder");
    const one = { claudeSessionId: "1", lastActivityAt: "2026-01-01T22:00:00Z", openclawSessionKey: "a" };
    await install(workspace, sampleEntry({ workspace: odd, ...one }));
    await install(workspace, sampleEntry({ workspace, claudeSessionId: "2" }));
    const { data, text } = await list("dev");
    expect(data).toMatchObject({ sessions: [{ agentId: "dev" }, { agentId: "dev" }], problems: [] });
    expect(text.split("\n\n").at(-1)).toBe(
      [
        "To open in a terminal:",
        String.raw`  cd '${home}/it'\''s a folder' && claude --resume 1`,
        `  cd ${workspace} && claude --resume 2`,
      ].join("\n"),
    );
  });

  it("says of an ended one when and why, and of a lost one no way to open it", async () => {
    const workspace = await add("dev");
    await install(workspace, sampleEntry({ workspace, claudeSessionId: "a" }));
    await install(workspace, sampleEntry({ workspace, claudeSessionId: "b" }), "reset");
    await install(workspace, sampleEntry({ workspace, claudeSessionId: "c" }), "lost");
    const { data, text } = await list();
    const { sessions } = data as { sessions: { claudeSessionId: string }[] };
    const byId = Object.fromEntries(sessions.map((row) => [row.claudeSessionId, row]));
    const endedAt = expect.stringMatching(/^\d{4}-/) as string;
    expect(byId["a"]).toMatchObject({
      state: "closed",
      endedBy: "reset",
      endedAt,
      openWith: { cwd: workspace },
    });
    expect(byId["b"]).toMatchObject({ state: "orphaned", endedBy: "lost", endedAt, openWith: null });
    expect(byId["c"]).toMatchObject({ state: "active", endedBy: null, endedAt: null });
    expect(text).toContain("dev    closed (reset)   -     1");
    expect(text).toContain("dev    orphaned (lost)  -     1");
    expect(text.split("\n\n").at(-1)).toBe(`To open in a terminal:\n  cd ${workspace} && claude --resume c`);
  });

  it("of nobody, and of somebody unknown", async () => {
    expect(await list()).toEqual({ data: { sessions: [], problems: [] }, text: "No conversations yet." });
    await expect(list("dev")).rejects.toMatchObject({ code: "contractor-unknown" });
  });

  it("shows the others when one contractor's conversations cannot be read, and says what is wrong with it", async () => {
    const [dev, ops, web] = [await add("dev"), await add("ops"), await add("web")];
    await rm(dev, { recursive: true });
    await writeFile(sessionMapPathOf(web), '{"version":99}');
    await install(ops, sampleEntry({ agentId: "ops", workspace: ops }));
    const { data, text } = await list();
    const words = expect.any(String) as string;
    expect(data).toMatchObject({
      sessions: [{ agentId: "ops" }],
      problems: [
        {
          agentId: "dev",
          code: "workspace-missing",
          message: `The workspace ${dev} does not exist.`,
          mend: words,
        },
        { agentId: "web", code: "session-map-future-version", message: words, mend: words },
      ],
    });
    expect(text).toContain(`\n\ndev: The workspace ${dev} does not exist. Create the folder`);
    expect(text).toMatch(/\n\nweb: .* version 99/);
    await expect(list("dev")).rejects.toMatchObject({ code: "workspace-missing" });
    await rm(ops, { recursive: true });
    expect((await list()).text).not.toContain("No conversations");
  });

  it("shows those that are asked for, in the order that is asked for", async () => {
    const workspace = await add("dev");
    const entry = (name: string, fields: Partial<SessionMapEntry>): Promise<void> =>
      install(
        workspace,
        sampleEntry({ workspace, openclawSessionKey: name, claudeSessionId: name, ...fields }),
      );
    await entry("a", { lastActivityAt: "2026-01-01T23:50:00Z", costUsd: 0.1, contextTokens: 100, turns: 9 });
    await entry("b", { lastActivityAt: "2026-01-01T22:00:00Z", costUsd: 3, contextTokens: 5, turns: 1 });
    await entry("c", { lastActivityAt: "2025-12-01T00:00:00Z", contextTokens: 900, turns: 5 });
    await createFileSessionMapStore({ workspace }).close(
      { agentId: "dev", openclawSessionKey: "c" },
      "reset",
    );
    const shown = async (options: SessionsOptions): Promise<string> => {
      const { data } = await listSessions(await host.context(), options);
      return (data as { sessions: SessionRow[] }).sessions.map((row) => row.openclawSessionKey).join("");
    };
    expect(await shown({})).toBe("abc");
    expect(await shown({ sort: "cost" })).toBe("bac");
    expect(await shown({ sort: "turns" })).toBe("acb");
    expect(await shown({ sort: "context" })).toBe("cab");
    expect(await shown({ state: "active" })).toBe("ab");
    expect(await shown({ state: "closed" })).toBe("c");
    expect(await shown({ activeWithin: 3_600_000 })).toBe("a");
    const { text } = await listSessions(await host.context(), { state: "orphaned" });
    expect(text).toBe("No such conversations.");
  });

  it("shows what a running Gateway tells: what is warm, busy and waiting, what it costs and fills", async () => {
    const workspace = await add("dev");
    const usage = {
      inputTokens: 1,
      outputTokens: 2,
      cacheReadTokens: 3,
      cacheWriteTokens: 4,
      estimated: false,
    };
    const told = { usage, costUsd: 0.05, contextTokens: 15_000, contextWindow: 200_000 };
    const fresh = {
      openclawSessionKey: "new",
      claudeSessionId: null,
      state: "new",
      lastActivityAt: null,
    } as const;
    const conversations = [
      sampleConversation({ workspace, ...told, warm: true }),
      sampleConversation({ workspace, ...fresh, turns: 0, warm: true, busy: true, queued: 2 }),
    ];
    const contractors = [sampleContractor({ workspace, conversations })];
    host.overview = (query) => {
      expect(query).toEqual({ agentId: undefined, ended: true });
      return Promise.resolve({ answer: "done", overview: { ...sampleOverview, contractors } });
    };
    const { data, text } = await list();
    expect(data).toMatchObject({
      sessions: [
        {
          openclawSessionKey: "new",
          claudeSessionId: null,
          warm: true,
          busy: true,
          queued: 2,
          openWith: null,
        },
        { ...told, warm: true, busy: false, queued: 0, turns: 1 },
      ],
    });
    expect(
      text
        .split("\n")
        .slice(1, 3)
        .map((line) => line.replaceAll(/ +/g, " ")),
    ).toEqual([
      "dev new busy +2 0 - - - - new",
      "dev active warm 1 8% of 200k $0.0500 2 h ago claude-1 agent:dev:main",
    ]);
  });

  it("does not claim to know what is warm in a Gateway that does not tell", async () => {
    const workspace = await add("dev");
    await install(workspace, sampleEntry({ workspace, claudeSessionId: "a" }));
    await install(workspace, sampleEntry({ workspace, claudeSessionId: "b" }), "reset");
    host.overview = () => Promise.resolve({ answer: "refused", words: "unknown method" });
    const { data } = await list("dev");
    const { sessions } = data as { sessions: SessionRow[] };
    expect(sessions.map(({ state, warm }) => [state, warm]).toSorted()).toEqual([
      ["active", null],
      ["closed", false],
    ]);
  });

  it.each(["../../x", "a:b:c", "k".repeat(300), "line\nbreak\u001b[2J\u009b1A\r", "__proto__"])(
    "shows the key %j as one cell, and gives scripts the key itself",
    async (openclawSessionKey) => {
      const workspace = await add("dev");
      await install(workspace, sampleEntry({ workspace, openclawSessionKey }));
      const { data } = await list();
      expect(data).toMatchObject({ sessions: [{ openclawSessionKey }] });
      const { text } = await listSessions(await host.context(), {});
      expect(stripVTControlCharacters(text).replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
      expect(text.split("\n")).toHaveLength(5);
    },
  );
});
