import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  expiresSoon,
  readTranscriptRetention,
  transcriptExpiry,
} from "../../src/contractor/claude-retention.ts";

let home: string;
let workspace: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "retention-"));
  workspace = join(home, "app");
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function writeSettings(path: string, settings: unknown): Promise<string> {
  const file = join(home, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof settings === "string" ? settings : JSON.stringify(settings));
  return file;
}

describe("readTranscriptRetention", () => {
  const read = (): ReturnType<typeof readTranscriptRetention> =>
    readTranscriptRetention(workspace, { HOME: home });

  it("is 30 days without settings, and names the file that could say otherwise", async () => {
    expect(await read()).toEqual({ days: 30, settingsPath: join(home, ".claude/settings.json") });
  });

  it("lets the most specific settings win: the local ones, the project's, the user's", async () => {
    const user = await writeSettings(".claude/settings.json", { cleanupPeriodDays: 90 });
    expect(await read()).toEqual({ days: 90, settingsPath: user });
    const project = await writeSettings("app/.claude/settings.json", {
      cleanupPeriodDays: 60,
      model: "opus",
    });
    expect(await read()).toEqual({ days: 60, settingsPath: project });
    const local = await writeSettings("app/.claude/settings.local.json", { permissions: {} });
    expect(await read()).toEqual({ days: 60, settingsPath: project });
    await writeSettings("app/.claude/settings.local.json", { cleanupPeriodDays: 5 });
    expect(await read()).toEqual({ days: 5, settingsPath: local });
  });

  it("looks where the environment says that Claude Code keeps its settings", async () => {
    const path = await writeSettings("elsewhere/settings.json", { cleanupPeriodDays: 7 });
    const environment = { HOME: home, CLAUDE_CONFIG_DIR: dirname(path) };
    expect(await readTranscriptRetention(workspace, environment)).toEqual({ days: 7, settingsPath: path });
  });

  it.each([0, -1, 1.5, "30", null])(
    "deletes nothing while cleanupPeriodDays is %j, which Claude Code refuses",
    async (cleanupPeriodDays) => {
      const settingsPath = await writeSettings(".claude/settings.json", { cleanupPeriodDays });
      expect(await read()).toEqual({ days: null, settingsPath });
    },
  );

  it.each(["{", "[]", "null", '"30"'])("takes settings that are %s for none", async (text) => {
    await writeSettings("app/.claude/settings.json", text);
    expect(await read()).toMatchObject({ days: 30 });
  });
});

describe("transcriptExpiry", () => {
  const writtenAt = new Date("2026-01-01T12:00:00Z");

  it("is the period after the last write, or never", () => {
    const settingsPath = "/settings.json";
    expect(transcriptExpiry(writtenAt, { days: 30, settingsPath })).toEqual(new Date("2026-01-31T12:00:00Z"));
    expect(transcriptExpiry(writtenAt, { days: null, settingsPath })).toBeNull();
  });
});

describe("expiresSoon", () => {
  const now = new Date("2026-01-01T00:00:00Z");

  it.each([
    ["2026-01-08T00:00:00Z", 30, true],
    ["2026-01-08T00:00:01Z", 30, false],
    ["2026-01-02T00:00:00Z", 3, true],
    ["2026-01-02T00:00:01Z", 3, false],
    ["2025-12-01T00:00:00Z", 30, true],
  ])("for %s, with %d days: %s", (expiry, days, expected) => {
    expect(expiresSoon(new Date(expiry), { days, now })).toBe(expected);
  });
});
