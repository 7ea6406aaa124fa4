import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { TurnLogEntry } from "../../../src/contractor/turn-log/turn-log-entry.ts";
import { rotateTurnLog, turnLogPathOf } from "../../../src/contractor/turn-log/turn-log-files.ts";
import { openTurnLog } from "../../../src/contractor/turn-log/turn-log-reader.ts";
import { sampleTurn, temporaryFolder } from "./turn-entries.ts";

const add = (folder: string, toolCalls: number): Promise<void> =>
  appendFile(turnLogPathOf(folder), `${JSON.stringify(sampleTurn({ toolCalls }))}\n`);
const rotate = (folder: string, day: number): Promise<void> =>
  rotateTurnLog(folder, { now: new Date(Date.UTC(2026, 0, day)), keep: 5 });

async function numbersOf(entries: AsyncIterable<TurnLogEntry>): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { toolCalls } of entries) numbers.push(toolCalls);
  return numbers;
}

describe("the reader of the turn log", () => {
  it("reads the files that were put aside first, and then only what is new", async () => {
    const folder = await temporaryFolder();
    await add(folder, 1);
    await rotate(folder, 1);
    await add(folder, 2);
    await rotate(folder, 2);
    await add(folder, 3);
    const reader = await openTurnLog(folder);
    expect(await numbersOf(reader.past())).toEqual([1, 2, 3]);
    expect(await numbersOf(reader.news())).toEqual([]);
    await add(folder, 4);
    expect(await numbersOf(reader.news())).toEqual([4]);
    await reader.close();
  });

  it("reads each turn once while the file is put aside", async () => {
    const folder = await temporaryFolder();
    await add(folder, 1);
    const reader = await openTurnLog(folder);
    await rotate(folder, 1);
    expect(await numbersOf(reader.past())).toEqual([1]);
    await add(folder, 2);
    expect(await numbersOf(reader.news())).toEqual([2]);
    await add(folder, 3);
    await rotate(folder, 2);
    await add(folder, 4);
    expect(await numbersOf(reader.news())).toEqual([3, 4]);
    await reader.close();
  });

  it("waits for the end of a line, and leaves out what is no turn", async () => {
    const folder = await temporaryFolder();
    const line = JSON.stringify(sampleTurn({ toolCalls: 7, sessionKey: "agent:dev:käse" }));
    await writeFile(turnLogPathOf(folder), `\nnonsense\n{"at":1}\n${line.slice(0, 60)}`);
    const reader = await openTurnLog(folder);
    expect(await numbersOf(reader.past())).toEqual([]);
    await appendFile(turnLogPathOf(folder), `${line.slice(60)}\n`);
    expect(await numbersOf(reader.news())).toEqual([7]);
    await reader.close();
  });

  it("takes a log that is not there for an empty one, until it is", async () => {
    const folder = await temporaryFolder();
    const reader = await openTurnLog(join(folder));
    expect(await numbersOf(reader.past())).toEqual([]);
    await add(folder, 1);
    expect(await numbersOf(reader.news())).toEqual([1]);
    await reader.close();
  });
});
