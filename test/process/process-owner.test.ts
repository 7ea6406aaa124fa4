import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { currentOwner, isCurrentProcess, isOwnerAlive } from "../../src/process/process-owner.ts";
import { nextLine } from "./lease-world.ts";

const HERE = currentOwner();

describe("this process", () => {
  it("names itself by pid, host and the time of its start", () => {
    expect(HERE).toEqual({ pid: process.pid, host: hostname(), startTime: HERE.startTime });
    if (process.platform === "linux") expect(HERE.startTime).toMatch(/^\d+$/);
    expect(currentOwner()).toEqual(HERE);
  });

  it("is alive, and is itself", () => {
    expect(isOwnerAlive(HERE)).toBe(true);
    expect(isCurrentProcess({ ...HERE })).toBe(true);
  });

  it.each([
    ["pid", { pid: 1 }],
    ["host", { host: "elsewhere" }],
    ["start", { startTime: "1" }],
  ])("is not one of another %s", (_, other) => {
    expect(isCurrentProcess({ ...HERE, ...other })).toBe(false);
  });
});

describe("another process", () => {
  it("is alive until it has ended", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e9)"]);
    await once(child, "spawn");
    const owner = { ...HERE, pid: child.pid ?? 0, startTime: null };
    expect(isOwnerAlive(owner)).toBe(true);
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
    expect(isOwnerAlive(owner)).toBe(false);
  });

  it.runIf(process.platform === "linux")("is dead though its parent never noticed", async () => {
    // The shell becomes a program that does not wait for its child.
    const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 300"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const pid = Number(await nextLine(parent.stdout));
      await expect.poll(() => readFile(`/proc/${pid}/stat`, "utf8")).toContain(") Z ");
      expect(isOwnerAlive({ ...HERE, pid, startTime: null })).toBe(false);
    } finally {
      parent.kill("SIGKILL");
    }
  });

  it.runIf(process.platform === "linux")("is dead when its pid was given to somebody else", () => {
    expect(isOwnerAlive({ ...HERE, startTime: "1" })).toBe(false);
  });

  it("counts as alive where its start is unknown, or on another machine, of which nothing is known", () => {
    expect(isOwnerAlive({ ...HERE, startTime: null })).toBe(true);
    expect(isOwnerAlive({ pid: 2 ** 30, host: "elsewhere", startTime: "1" })).toBe(true);
  });
});
