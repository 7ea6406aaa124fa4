import { setTimeout as wait } from "node:timers/promises";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { showLogs, type LogsOptions } from "../../../src/cli/records/logs.ts";
import { createFileTurnLog, type TurnLog } from "../../../src/contractor/turn-log/file-turn-log.ts";
import type { TurnLogEntry } from "../../../src/contractor/turn-log/turn-log-entry.ts";
import { rotateTurnLog, turnLogFolderOf } from "../../../src/contractor/turn-log/turn-log-files.ts";
import { sampleTurn } from "../../contractor/turn-log/turn-entries.ts";
import { createHostStandIn, type HostStandIn } from "../host-stand-in.ts";

let home: string;
let host: HostStandIn;
let log: TurnLog;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cli-logs-")));
  host = await createHostStandIn(home);
  log = createFileTurnLog({ folder: turnLogFolderOf(join(home, "state")), log: () => undefined });
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function took(...turns: Partial<TurnLogEntry>[]): Promise<void> {
  for (const turn of turns) log.append(sampleTurn(turn));
  await log.flush();
}

async function show(options: Partial<LogsOptions> = {}, signal = AbortSignal.abort()): Promise<string> {
  const printed: string[] = [];
  const print = (text: string): void => void printed.push(stripVTControlCharacters(text));
  await showLogs(await host.context(), { lines: 50, ...options }, { print, signal, pollMs: 1 });
  return printed.join("\n");
}

async function agents(options: Partial<LogsOptions>): Promise<string[]> {
  const lines = (await show({ ...options, json: true })).split("\n").filter(Boolean);
  return lines.map((line) => (JSON.parse(line) as TurnLogEntry).agentId);
}

describe("logs", () => {
  it("is a table of the turns, oldest first", async () => {
    await took(
      {},
      { agentId: "ops", outcome: "failed", error: "agent-limit", session: null, costUsd: null, usage: null },
    );
    const lines = (await show()).split("\n").map((line) => line.split(/\s{2,}/));
    expect(lines[0]).toEqual([
      ...["ENDED", "AGENT", "OUTCOME", "SESSION", "FIRST", "TOTAL", "TOOLS", "TOKENS", "COST", "ENDPOINT"],
      "OPENCLAW SESSION",
    ]);
    expect(lines[1]).toEqual([
      ...["2026-01-01T23:00:00Z", "dev", "completed", "warm", "0.40 s", "1.00 s", "0", "100", "$0.0125"],
      ...["subscription", "agent:dev:main"],
    ]);
    expect(lines[2]).toEqual([
      ...["2026-01-01T23:00:00Z", "ops", "agent-limit", "-", "0.40 s", "1.00 s", "0", "-", "-"],
      ...["subscription", "agent:dev:main"],
    ]);
  });

  it("says so when there is none", async () => {
    expect(await show()).toBe("No turns to show.");
    expect(await show({ json: true })).toBe("");
  });

  it("shows the latest so many, of one agent, one conversation, since a time, or failed", async () => {
    await took(
      { agentId: "a", at: "2026-01-01T20:00:00.000Z" },
      { agentId: "b", sessionKey: "agent:b:main", at: "2026-01-01T22:30:00.000Z" },
      { agentId: "b", sessionKey: "agent:b:other", outcome: "failed", error: "agent-failed" },
    );
    expect(await agents({ lines: 2 })).toEqual(["b", "b"]);
    expect(await agents({ lines: 0 })).toEqual([]);
    expect(await agents({ agentId: "a" })).toEqual(["a"]);
    expect(await agents({ agentId: "b", sessionKey: "main" })).toEqual(["b"]);
    expect(await agents({ sessionKey: "agent:b:other" })).toEqual(["b"]);
    expect(await agents({ since: { ago: 2 * 3_600_000 } })).toEqual(["b", "b"]);
    expect(await agents({ since: { at: Date.parse("2026-01-01T22:45:00Z") } })).toEqual(["b"]);
    expect(await agents({ errors: true })).toEqual(["b"]);
  });

  it("follows the turns that come, also into another file, until it is interrupted", async () => {
    await took({ agentId: "first" });
    const end = new AbortController();
    const printed: string[] = [];
    const print = (text: string): void => void printed.push(...text.split("\n"));
    const options = { lines: 50, follow: true, json: true };
    const following = showLogs(await host.context(), options, { print, signal: end.signal, pollMs: 1 });
    await expect.poll(() => printed.length).toBe(1);
    await took({ agentId: "second" });
    await rotateTurnLog(turnLogFolderOf(join(home, "state")), { now: new Date(), keep: 3 });
    await took({ agentId: "third" });
    await expect.poll(() => printed.length).toBe(3);
    end.abort();
    await Promise.race([following, wait(5_000).then(() => expect.unreachable("it goes on"))]);
    expect(printed.map((line) => (JSON.parse(line) as TurnLogEntry).agentId)).toEqual([
      "first",
      "second",
      "third",
    ]);
  });
});
