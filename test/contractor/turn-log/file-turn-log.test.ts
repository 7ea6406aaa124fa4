import { readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFileTurnLog } from "../../../src/contractor/turn-log/file-turn-log.ts";
import { parseTurnLogLine } from "../../../src/contractor/turn-log/turn-log-entry.ts";
import { turnLogPathOf } from "../../../src/contractor/turn-log/turn-log-files.ts";
import { sampleTurn, temporaryFolder } from "./turn-entries.ts";

const silent = (): void => undefined;

async function linesIn(path: string): Promise<string[]> {
  return (await readFile(path, "utf8")).split("\n").filter(Boolean);
}

describe("the turn log", () => {
  it("has one line a turn, in a file that only its owner reads", async () => {
    const folder = join(await temporaryFolder(), "state");
    const log = createFileTurnLog({ folder, log: silent });
    log.append(sampleTurn());
    log.append(sampleTurn({ agentId: "ops" }));
    await log.flush();
    const path = turnLogPathOf(folder);
    expect((await linesIn(path)).map((line) => parseTurnLogLine(line)?.agentId)).toEqual(["dev", "ops"]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("is written by itself a little later", async () => {
    const folder = await temporaryFolder();
    createFileTurnLog({ folder, log: silent, flushMs: 1 }).append(sampleTurn());
    await expect.poll(() => linesIn(turnLogPathOf(folder)).catch(() => [])).toHaveLength(1);
  });

  it("keeps so many full files, and no more", async () => {
    const folder = await temporaryFolder();
    let seconds = 0;
    const now = (): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds++));
    const log = createFileTurnLog({ folder, log: silent, maxBytes: 1000, keep: 2, now });
    for (let turn = 0; turn < 20; turn += 1) {
      log.append(sampleTurn({ toolCalls: turn }));
      await log.flush();
    }
    const names = (await readdir(folder)).toSorted();
    expect(names).toHaveLength(3);
    for (const name of names) expect((await stat(join(folder, name))).size).toBeLessThanOrEqual(1000);
    expect(
      (await linesIn(turnLogPathOf(folder))).map((line) => parseTurnLogLine(line)?.toolCalls).at(-1),
    ).toBe(19);
  });

  it("has whole lines of several processes that write at once", async () => {
    const folder = await temporaryFolder();
    const logs = [1, 2, 3].map(() => createFileTurnLog({ folder, log: silent }));
    await Promise.all(
      logs.map(async (log) => {
        for (let turn = 0; turn < 20; turn += 1) {
          log.append(sampleTurn());
          await log.flush();
        }
      }),
    );
    const lines = await linesIn(turnLogPathOf(folder));
    expect(lines.map(parseTurnLogLine).filter((entry) => entry !== null)).toHaveLength(60);
  });

  it("follows no link, tells once that it cannot be written, and catches up", async () => {
    const folder = await temporaryFolder();
    const elsewhere = join(folder, "elsewhere");
    await writeFile(elsewhere, "");
    await symlink(elsewhere, turnLogPathOf(folder));
    const told: string[] = [];
    const log = createFileTurnLog({ folder, log: (message) => told.push(message), flushMs: 3_600_000 });
    for (const agentId of ["dev", "ops"]) {
      log.append(sampleTurn({ agentId }));
      await log.flush();
    }
    expect(await readFile(elsewhere, "utf8")).toBe("");
    expect(told).toEqual([expect.stringMatching(/^turns are not logged in .*turns\.jsonl: .*ELOOP/)]);
    await rm(turnLogPathOf(folder));
    await log.flush();
    expect((await linesIn(turnLogPathOf(folder))).map((line) => parseTurnLogLine(line)?.agentId)).toEqual([
      "dev",
      "ops",
    ]);
  });
});
