import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createProgress } from "../../src/cli/progress.ts";

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

  it("gives the failure of the work", async () => {
    const progress = createProgress(screenOf(true));
    await expect(progress.during("Odd", () => Promise.reject(new Error("odd")))).rejects.toThrow("odd");
  });
});
