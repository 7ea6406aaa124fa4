import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createProgress, tellingContext } from "../../src/cli/progress.ts";
import { createHostStandIn } from "./host-stand-in.ts";

let written: string[];
const screenOf = (isTTY: boolean) => ({ isTTY, write: (text: string) => written.push(text) });

beforeEach(() => {
  written = [];
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("progress", () => {
  it("names the innermost step once it takes more than a second, and leaves nothing behind", async () => {
    const progress = createProgress(screenOf(true));
    const work = Promise.withResolvers<string>();
    const whole = progress.during("Working", async () => {
      await progress.during("Installing", () => work.promise);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return "done";
    });
    await vi.advanceTimersByTimeAsync(900);
    expect(written).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_200);
    expect(written).toEqual(["\rInstalling … 1 s", "\rInstalling … 2 s"]);
    work.resolve("");
    await vi.advanceTimersByTimeAsync(0);
    expect(written.at(-1)).toBe(`\r${" ".repeat("Installing … 2 s".length)}\r`);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await whole).toBe("done");
    expect(written.at(-1)).toBe(`\r${" ".repeat("Working … 3 s".length)}\r`);
  });

  it("says nothing of what is quick, and nothing where nobody looks", async () => {
    await createProgress(screenOf(true)).during("Quick", () => Promise.resolve());
    const slow = createProgress(screenOf(false)).during(
      "Slow",
      () => new Promise((resolve) => setTimeout(resolve, 5_000)),
    );
    await vi.advanceTimersByTimeAsync(5_000);
    await slow;
    expect(written).toEqual([]);
  });

  it("names what the commands wait for, and changes nothing of it", async () => {
    vi.useRealTimers();
    const home = await mkdtemp(join(tmpdir(), "cli-progress-"));
    const host = await createHostStandIn(home);
    const steps: string[] = [];
    const context = tellingContext(await host.context(), {
      during(step, work) {
        steps.push(step);
        return work();
      },
    });
    expect(await context.ensureAdapter("claude-agent-acp")).toBe("/adapters/claude-agent-acp");
    expect(await context.overviewFromGateway({})).toEqual({ answer: "none" });
    expect(steps).toEqual(["Installing the adapter claude-agent-acp", "Asking the Gateway what is running"]);
    await rm(home, { recursive: true });
  });

  it("gives the failure of the work", async () => {
    const progress = createProgress(screenOf(true));
    await expect(progress.during("Odd", () => Promise.reject(new Error("odd")))).rejects.toThrow("odd");
  });
});
