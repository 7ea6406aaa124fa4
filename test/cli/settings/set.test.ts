import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { setSettings } from "../../../src/cli/settings/set.ts";
import { addTo } from "../contractors.ts";
import { createHostStandIn, type HostStandIn } from "../host-stand-in.ts";

let home: string;
let host: HostStandIn;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cli-set-")));
  host = await createHostStandIn(home);
  await addTo({ host, home }, "dev");
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const set = async (...assignments: string[]): ReturnType<typeof setSettings> =>
  setSettings(await host.context(), { agentId: "dev", assignments });
const setShared = async (...assignments: string[]): ReturnType<typeof setSettings> =>
  setSettings(await host.context(), { assignments });

async function ownConfig(): Promise<Record<string, unknown> & { contractors?: Record<string, unknown> }> {
  return (await host.readConfig()).plugins.entries["contractor-agent"].config;
}

async function dev(): Promise<unknown> {
  return (await ownConfig()).contractors?.["dev"];
}

describe("set, of one contractor", () => {
  it("changes what is named, each by the schema's own type, and nothing else", async () => {
    const before = await dev();
    const { data, text } = await set(
      ...["permissionMode=plan", "silenceMinutes=90", "tools=messaging, cron", "mcpServers=none"],
      ...[
        "model=123",
        "bypassAcknowledged=true",
        'routes=[{"purpose":["heartbeat"],"endpoint":"subscription"}]',
      ],
    );
    expect(await dev()).toEqual({
      ...(before as object),
      ...{ permissionMode: "plan", silenceMinutes: 90, tools: ["messaging", "cron"], mcpServers: [] },
      ...{ model: "123", bypassAcknowledged: true },
      routes: [{ purpose: ["heartbeat"], endpoint: "subscription" }],
    });
    expect(data).toMatchObject({
      agentId: "dev",
      changes: [
        { name: "permissionMode", before: "ask", now: "plan" },
        { name: "silenceMinutes", before: 30, now: 90 },
        { name: "tools", now: ["messaging", "cron"] },
        { name: "mcpServers", before: [], now: [] },
        { name: "model", before: null, now: "123" },
        { name: "bypassAcknowledged", before: false, now: true },
        { name: "routes", before: [] },
      ],
    });
    expect(stripVTControlCharacters(text)).toMatch(/^permissionMode +ask +plan$/m);
    expect(text).toMatch(/next message of dev on\.$/);
  });

  it("takes a setting back to its default", async () => {
    await set("model=opus", "silenceMinutes=90");
    const { data } = await set("model=", "silenceMinutes=");
    expect(data).toMatchObject({
      changes: [
        { before: "opus", now: null },
        { before: 90, now: 30 },
      ],
    });
    expect(await dev()).not.toHaveProperty("model");
    expect(await dev()).not.toHaveProperty("silenceMinutes");
  });

  it("changes the limits of a budget one by one", async () => {
    await set("budget.day.usd=5", "budget.turn.tokens=1000");
    expect(await dev()).toMatchObject({ budget: { day: { usd: 5 }, turn: { tokens: 1_000 } } });
    const { data } = await set("budget.day.usd=", "budget.day.tokens=9");
    expect(await dev()).toMatchObject({ budget: { day: { tokens: 9 }, turn: { tokens: 1_000 } } });
    expect(data).toMatchObject({ changes: [{ name: "budget.day.usd", before: 5, now: null }, { now: 9 }] });
    await set("budget=");
    expect(await dev()).not.toHaveProperty("budget");
  });

  it.each([
    ["a name that nobody knows", ["colour=red"], /no setting "colour".*There are: mode, adapter, endpoint/],
    ["the workspace", ["workspace=/tmp"], /workspace of a contractor cannot be changed/],
    ["a setting of all", ["idleMinutes=5"], /holds for all contractors.*Leave --agent-id out/],
    ["a value that is no choice", ["permissionMode=yolo"], /permissionMode cannot be that: invalid option/],
    ["a number that is too small", ["silenceMinutes=0"], /silenceMinutes cannot be that: too small/],
    ["a number that is none", ["silenceMinutes=long"], /silenceMinutes cannot be that: .*number/],
    ["a name of a tool that is none", ["tools=Bash Me"], /tools cannot be that/],
    ["JSON of another shape", ['routes=[{"endpoint":"subscription"}]'], /wants at least one of purpose/],
    ["no value", ["model"], /"model" has no value/],
    ["a setting twice", ["model=a", "model=b"], /"model" is set twice/],
    ["a relative path", ["claudeConfigDir=here"], /must be an absolute path/],
  ])("refuses %s, and changes nothing", async (_, words, message) => {
    const before = await ownConfig();
    const error: unknown = await set("mode=oneshot", ...words).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "usage" });
    expect((error as { toParagraph(): string }).toParagraph()).toMatch(message);
    expect(await ownConfig()).toEqual(before);
  });

  it.each([
    "apiKey=abc",
    "anthropicToken=abc",
    "model=sk-ant-api03-abcdefgh",
    "model=ghp_abcdefghijklmnopqrstuvwx",
  ])("refuses a secret (%s), and does not repeat it", async (word) => {
    const error: unknown = await set(word).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "usage", message: "Settings hold no secret." });
    expect(JSON.stringify(error)).not.toContain(word.split("=")[1]);
  });

  it.each([
    ["an endpoint that is not there", "endpoint=gone", "endpoint-unknown"],
    ["a fallback that is not there", "onLimit=subscription,gone", "endpoint-unknown"],
    ["bypass without a word", "permissionMode=bypass", "bypass-not-acknowledged"],
    ["a program that is not there", "claudeExecutable=/nowhere/claude", "executable-missing"],
  ])("refuses %s", async (_, word, code) => {
    const before = await ownConfig();
    await expect(set(word)).rejects.toMatchObject({ code });
    expect(await ownConfig()).toEqual(before);
  });

  it("refuses dollars where nobody tells the cost, and installs an adapter before it is set", async () => {
    await set("budget.day.usd=5");
    await expect(set("adapter=claude-code-acp")).rejects.toMatchObject({ code: "budget-not-enforceable" });
    host.steps.splice(0);
    await set("adapter=claude-code-acp", "budget=");
    expect(host.steps).toEqual(["ensureAdapter"]);
    expect(await dev()).toMatchObject({ adapter: "claude-code-acp" });
  });

  it("knows nobody who is no contractor", async () => {
    const context = await host.context();
    await expect(setSettings(context, { agentId: "ops", assignments: ["model=opus"] })).rejects.toMatchObject(
      {
        code: "contractor-unknown",
      },
    );
  });
});

describe("set, of all contractors", () => {
  it("changes what holds for all of them, and takes it back", async () => {
    const { data, text } = await setShared("idleMinutes=30", "spareSessions=0");
    expect(await ownConfig()).toMatchObject({ idleMinutes: 30, spareSessions: 0 });
    expect(data).toMatchObject({
      agentId: null,
      changes: [
        { before: 10, now: 30 },
        { before: 1, now: 0 },
      ],
    });
    expect(text).toMatch(/next message of every contractor on\.$/);
    await setShared("idleMinutes=");
    expect(await ownConfig()).not.toHaveProperty("idleMinutes");
  });

  it.each([
    ["contractors={}", /no setting "contractors"/],
    ["model=opus", /setting of one contractor.*--agent-id/],
    ["maxLiveSessions=0", /too small/],
  ])("refuses %s", async (word, message) => {
    const error: unknown = await setShared(word).catch((cause: unknown) => cause);
    expect((error as { toParagraph(): string }).toParagraph()).toMatch(message);
  });
});
