import { execa } from "execa";
import { describe, expect, it, vi } from "vitest";
import {
  cpuBetween,
  parseStat,
  rootsOf,
  settled,
  treeOf,
} from "../../../scripts/bench/gateway/process-tree.ts";

/** A Node process that has started another one and tells its pid; the other one ends with it. */
const PARENT = `
  const { spawn } = require("node:child_process");
  const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"]);
  console.log(child.pid);
  process.on("SIGTERM", () => { child.kill("SIGKILL"); process.exit(); });
`;

describe.skipIf(process.platform !== "linux")("process trees", () => {
  it("are found from their root, and their root from them", async () => {
    const parent = execa(process.execPath, ["-e", PARENT], { reject: false });
    try {
      let printed = "";
      parent.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
      await vi.waitUntil(() => printed.includes("\n"), { timeout: 10_000 });
      const [root, child] = [parent.pid ?? -1, Number(printed)];
      expect(await treeOf(root)).toEqual([root, child]);
      expect(await rootsOf([child, root])).toEqual([root]);
      expect(await rootsOf([child])).toEqual([child]);
      expect(await settled(() => treeOf(root))).toBe(true);
    } finally {
      parent.kill("SIGTERM");
      await parent;
    }
  });
});

describe("parseStat", () => {
  it("reads a line, whatever the process is called", () => {
    const rest = "R 17 1 1 0 -1 4194560 1 2 3 4 120 30 5 6 20 0 1 0 99 0 0";
    expect(parseStat(`4711 (a) b (c)) ${rest}`)).toEqual({ pid: 4711, parent: 17, cpuMs: 1_500 });
  });

  it("is null for a process that is gone", () => {
    expect(parseStat("")).toBeNull();
  });
});

describe("cpuBetween", () => {
  it("counts a new process whole, and one that has ended not at all", () => {
    const before = new Map([
      [1, 100],
      [2, 5_000],
    ]);
    const now = new Map([
      [1, 130],
      [3, 40],
    ]);
    expect(cpuBetween(before, now)).toBe(70);
  });
});
