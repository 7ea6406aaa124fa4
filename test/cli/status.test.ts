import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { contractorStatus } from "../../src/cli/status.ts";
import { createFileSessionMapStore } from "../../src/contractor/session-map/file-session-map-store.ts";
import { sessionMapPathOf } from "../../src/contractor/runtime-state.ts";
import type { SessionMapEntry } from "../../src/contractor/session-map/session-map-entry.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import { sampleContractor, sampleConversation, sampleOverview as overview } from "./overviews.ts";
import { sampleEntry } from "../suites/session-map-store-conformance.ts";
import { addTo, change, install, writeTranscript } from "./contractors.ts";
import { createHostStandIn, type HostStandIn } from "./host-stand-in.ts";

const DAY_MS = 86_400_000;
/** The day that the host stand-in takes for today. */
const TODAY = new Date("2026-01-02T00:00:00.000Z");

let home: string;
let host: HostStandIn;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cli-status-")));
  host = await createHostStandIn(home);
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const add = (agentId: string): Promise<string> => addTo({ host, home }, agentId);
const status = async (): ReturnType<typeof contractorStatus> => contractorStatus(await host.context());
const matching = (pattern: RegExp): string => expect.stringMatching(pattern) as string;
const daysAgo = (days: number): Date => new Date(TODAY.getTime() - days * DAY_MS);

describe("status", () => {
  it("shows each contractor with its sessions, and whether the Gateway is there", async () => {
    const workspace = await add("dev");
    await install(workspace, sampleEntry({ claudeSessionId: "one" }));
    await install(workspace, sampleEntry({ claudeSessionId: "two" }), "reset");
    await install(workspace, sampleEntry({ openclawSessionKey: "other" }));
    await install(workspace, sampleEntry({ openclawSessionKey: "other", claudeSessionId: "three" }), "lost");
    const { data, text } = await status();
    const nothing = { usd: 0, tokens: 0, turns: 0 };
    expect(data).toEqual({
      contractors: [
        {
          agentId: "dev",
          contractor: "claude",
          model: "contractor-agent/contractor-claude-bridge",
          workspace,
          adapter: "claude-agent-acp",
          endpoint: null,
          mode: "persistent",
          permissionMode: "ask",
          sessions: { active: 2, closed: 1, orphaned: 1 },
          budget: [],
          problems: [],
          warnings: [],
          ...{ warm: 0, busy: 0, queued: 0, spare: false, fullest: null, limits: [], lastError: null },
          spent: { day: nothing, agent: nothing, since: null },
        },
      ],
      gateway: { reachable: false, pool: null },
    });
    expect(stripVTControlCharacters(text).split("\n")).toEqual(
      [
        "AGENT  STATE  WARM  BUSY  QUEUED  SESSIONS                        CONTEXT  TODAY  ALL  LAST ERROR",
        "dev    ok     -     -     -       2 active, 1 closed, 1 orphaned  -        \\$0     \\$0   -",
        "",
        "Gateway: not reachable",
      ].map((line) => matching(new RegExp(line.replaceAll(/ +/g, " +")))),
    );
  });

  it("warns of a contractor that asks nobody, and names it a problem where that is refused", async () => {
    await add("dev");
    await change(host, "dev", { permissionMode: "bypass", bypassAcknowledged: true });
    await add("ops");
    await change(host, "ops", { permissionMode: "bypass" });
    const { data, text } = await status();
    const warnings = [matching(/bypass: .* nobody is asked/)];
    expect(data).toMatchObject({
      contractors: [
        { agentId: "dev", permissionMode: "bypass", problems: [], warnings },
        { agentId: "ops", permissionMode: "bypass", problems: [matching(/--acknowledge-bypass/)], warnings },
      ],
    });
    expect(stripVTControlCharacters(text)).toMatch(/^dev +warning /m);
    const asRoot = await contractorStatus({ ...(await host.context()), uid: 0 });
    expect(asRoot.data).toMatchObject({ contractors: [{ problems: [matching(/refused as root/)] }, {}] });
  });

  it("says how to begin when there is no contractor", async () => {
    host.overview = () => Promise.resolve({ answer: "done", overview: { ...overview, contractors: [] } });
    const { data, text } = await status();
    expect(data).toEqual({ contractors: [], gateway: { reachable: true, pool: overview.pool } });
    expect(text).toMatch(
      /contractor-agents add .*\nGateway: reachable, 3 of 6 Claude sessions live, 1 of them spare$/,
    );
  });

  it("names every problem that keeps a contractor from answering", async () => {
    const workspace = await add("dev");
    await change(host, "dev", { endpoint: "gone", adapter: "claude-code-acp" });
    await writeFile(sessionMapPathOf(workspace), '{"version":99}');
    const context = await host.context();
    const { data, text } = await contractorStatus({ ...context, agentIds: ["main"] });
    const problems = [
      /^OpenClaw has no agent "dev" any more/,
      /^Its endpoint profile "gone" does not exist/,
      /^Its adapter claude-code-acp is not installed/,
      /session-map\.json has version 99/,
    ].map(matching);
    expect(data).toMatchObject({ contractors: [{ agentId: "dev", problems, warnings: [] }] });
    expect(text).toContain('\n\ndev: Its endpoint profile "gone" does not exist.\n\n');
    expect(stripVTControlCharacters(text)).toMatch(/^dev +problem /m);
  });

  it("says of a missing workspace once that it is missing, and shows the other contractors", async () => {
    await rm(await add("dev"), { recursive: true });
    await add("ops");
    const { data } = await status();
    expect(data).toMatchObject({
      contractors: [
        { agentId: "dev", problems: [matching(/workspace .* does not exist/)] },
        { agentId: "ops", problems: [] },
      ],
    });
  });
});

describe("status, while a Gateway runs", () => {
  it("shows what is under way, how full, what it costs and what went wrong last", async () => {
    const workspace = await add("dev");
    await add("late");
    const main = sampleConversation({
      contextTokens: 90_000,
      contextWindow: 200_000,
      warm: true,
      busy: true,
    });
    const other = sampleConversation({ openclawSessionKey: "other", contextTokens: 180_000, queued: 2 });
    const dev = sampleContractor({
      ...{ workspace, warm: 2, busy: 1, queued: 2, spare: true, conversations: [main, other] },
      spent: {
        day: { usd: 0.5, tokens: 9, turns: 2 },
        agent: { usd: 12, tokens: 99, turns: 30 },
        since: null,
      },
      lastError: { code: "agent-limit", at: "2026-01-01T23:55:00.000Z", openclawSessionKey: "other" },
    });
    host.overview = () => Promise.resolve({ answer: "done", overview: { ...overview, contractors: [dev] } });
    const { data, text } = await status();
    const { warm, busy, queued, spare, lastError, spent } = dev;
    const fullest = {
      openclawSessionKey: main.openclawSessionKey,
      contextTokens: 90_000,
      contextWindow: 200_000,
    };
    expect(data).toMatchObject({
      contractors: [
        { agentId: "dev", warm, busy, queued, spare, lastError, spent, fullest },
        // Added since the Gateway has read its settings.
        { agentId: "late", warm: 0, busy: 0, queued: 0, lastError: null },
      ],
      gateway: { reachable: true, pool: overview.pool },
    });
    expect(stripVTControlCharacters(text)).toMatch(
      /^dev +ok +2 +1 +2 +0 active +45% of 200k +\$0\.50 +\$12\.00 +agent-limit 5 min ago$/m,
    );
  });

  it("says so when the Gateway does not tell, and goes by the files", async () => {
    await install(await add("dev"), sampleEntry());
    host.overview = () => Promise.resolve({ answer: "refused", words: "unknown method" });
    const { data, text } = await status();
    expect(data).toMatchObject({
      contractors: [{ sessions: { active: 1 }, warm: null, busy: null, queued: null, spare: null }],
      gateway: { reachable: true, pool: null },
    });
    expect(stripVTControlCharacters(text)).toMatch(/^dev +ok +\? +\? +\? +1 active /m);
    expect(text).toMatch(/Gateway: reachable, but it does not tell what is running \(unknown method\)$/);
    host.overview = () =>
      Promise.reject(new ContractorError("config-invalid", { message: "Odd.", mend: "Mend." }));
    expect((await status()).text).toMatch(/\(Odd\. Mend\.\)$/);
  });
});

describe("status, of transcripts that Claude Code will delete", () => {
  async function session(workspace: string, claudeSessionId: string, days: number): Promise<SessionMapEntry> {
    await writeTranscript(home, { workspace, claudeSessionId }, { writtenAt: daysAgo(days) });
    return sampleEntry({ workspace, claudeSessionId, openclawSessionKey: `agent:dev:${claudeSessionId}` });
  }

  it("warns a week ahead: how many, the first day, and what to do", async () => {
    const workspace = await add("dev");
    await install(workspace, await session(workspace, "early", 25));
    await install(workspace, await session(workspace, "late", 23));
    await install(workspace, await session(workspace, "fresh", 22));
    await install(workspace, sampleEntry({ workspace, openclawSessionKey: "gone" }));
    const { data, text } = await status();
    const warning = `Claude Code will delete the transcripts of 2 active sessions, the first on 2026-01-07 (it keeps one for 30 days after the last message). Send each a message, or raise cleanupPeriodDays in ${home}/.claude/settings.json.`;
    expect(data).toMatchObject({ contractors: [{ problems: [], warnings: [warning] }] });
    expect(text).toContain(`\n\ndev: ${warning}\n\n`);
    expect(stripVTControlCharacters(text)).toMatch(/^dev +warning /m);
  });

  it("goes by where the transcript was seen, and says when it may go at once", async () => {
    const workspace = await add("dev");
    const earlier = { workspace: "/earlier/name", claudeSessionId: "one" };
    const transcript = await writeTranscript(home, earlier, { writtenAt: daysAgo(31) });
    await install(workspace, sampleEntry({ workspace, claudeSessionId: "one", transcript }));
    expect((await status()).data).toMatchObject({
      contractors: [{ warnings: [matching(/the transcript of 1 active session with its next start \(/)] }],
    });
  });

  it("follows a shorter period of the project, and is silent about sessions that are closed", async () => {
    const workspace = await add("dev");
    await mkdir(join(workspace, ".claude"));
    await writeFile(join(workspace, ".claude/settings.json"), '{"cleanupPeriodDays":6}');
    await install(workspace, await session(workspace, "one", 4.5));
    await install(workspace, await session(workspace, "two", 3.5));
    const pattern = /1 active session on 2026-01-03 \(.* 6 days .*dev\/\.claude\/settings\.json\.$/;
    expect((await status()).data).toMatchObject({ contractors: [{ warnings: [matching(pattern)] }] });
    const store = createFileSessionMapStore({ workspace });
    await store.close({ agentId: "dev", openclawSessionKey: "agent:dev:one" }, "reset");
    expect((await status()).data).toMatchObject({ contractors: [{ warnings: [] }] });
  });

  it("looks through ten thousand sessions in a moment", async () => {
    const workspace = await add("dev");
    const { claudeSessionId } = await session(workspace, "one", 25);
    const sessions = Array.from({ length: 10_000 }, (_, number) =>
      sampleEntry({ workspace, claudeSessionId, openclawSessionKey: `agent:dev:${number}` }),
    );
    await writeFile(sessionMapPathOf(workspace), JSON.stringify({ version: 1, sessions }));
    const before = performance.now();
    const { data } = await status();
    expect(performance.now() - before).toBeLessThan(4_000);
    expect(data).toMatchObject({ contractors: [{ warnings: [matching(/ 10000 active sessions, /)] }] });
  });
});

describe("status, of session maps that were damaged", () => {
  it("tells when, where the damaged file is and what was restored, until that file is deleted", async () => {
    const workspace = await add("dev");
    await writeFile(sessionMapPathOf(workspace), "broken");
    await install(workspace, sampleEntry({ workspace }));
    const [incident] = await createFileSessionMapStore({ workspace }).incidents();
    const pattern =
      /^Its session map was damaged on \d{4}-\d\d-\d\d \d\d:\d\d UTC \(.+\) and moved to .*session-map\.json\.damaged-.*\. No entries were restored from the copy\. Delete that file when you no longer need it\.$/;
    expect((await status()).data).toMatchObject({
      contractors: [{ problems: [], warnings: [matching(pattern)] }],
    });
    await rm(incident?.movedTo ?? "");
    expect((await status()).data).toMatchObject({ contractors: [{ warnings: [] }] });
  });
});
