import { afterEach, describe, expect, it, vi } from "vitest";
import { createTurnClocks, type TurnActivity, type TurnClocks } from "../../src/bridge/turn-clocks.ts";
import type { ContractorError } from "../../src/errors/contractor-error.ts";

const MINUTE = 60_000;
const START = Date.parse("2026-11-21T15:00:00Z");

type Scripted = {
  clocks: TurnClocks;
  fired: ContractorError[];
  ticks: number;
  activity: TurnActivity;
  /** Lets time pass; timers ring when they are due. */
  pass(ms: number): void;
  /** The host sleeps, or its clock is set: no timer rings. */
  jump(ms: number): void;
  armed(): boolean;
};

function script(limits: { silenceMs?: number; deadlineInMs?: number }): Scripted {
  const { silenceMs = 30 * MINUTE, deadlineInMs } = limits;
  // Timers ring by the time that the machine is awake, whatever its clock shows.
  let awake = 0;
  let shownAhead = START;
  let timer: { run: () => void; due: number } | undefined;
  const scripted: Omit<Scripted, "clocks"> = {
    fired: [],
    ticks: 0,
    activity: { running: undefined, lastSign: undefined },
    pass(ms) {
      const end = awake + ms;
      while (timer !== undefined && timer.due <= end) {
        const { run, due } = timer;
        timer = undefined;
        awake = due;
        run();
      }
      awake = end;
    },
    jump(ms) {
      shownAhead += ms;
    },
    armed: () => timer !== undefined,
  };
  const clocks = createTurnClocks({
    silenceMs,
    deadlineAt: deadlineInMs === undefined ? undefined : START + deadlineInMs,
    now: () => awake + shownAhead,
    activity: () => scripted.activity,
    onFire: (error) => scripted.fired.push(error),
    onTick: () => {
      scripted.ticks += 1;
    },
    setTimer(run, delayMs) {
      timer = { run, due: awake + delayMs };
      return () => {
        timer = undefined;
      };
    },
  });
  return Object.assign(scripted, { clocks });
}

afterEach(() => {
  vi.useRealTimers();
});

describe("the silence limit", () => {
  it("fires once, exactly when it is over, and says after what", () => {
    const scripted = script({});
    scripted.activity = { running: undefined, lastSign: "thinking" };
    scripted.pass(30 * MINUTE - 1);
    expect(scripted.fired).toEqual([]);
    scripted.pass(1);
    expect(scripted.fired).toMatchObject([{ code: "turn-silent", retryable: true }]);
    expect(scripted.fired[0]?.message).toBe(
      "The turn was ended, because nothing was heard of Claude Code for 30 min, after the last sign of life: thinking.",
    );
    expect(scripted.fired[0]?.mend).toContain("silenceMinutes");
    expect(scripted.armed()).toBe(false);
    scripted.pass(60 * MINUTE);
    expect(scripted.fired).toHaveLength(1);
  });

  it("says when there was no sign of life at all", () => {
    const scripted = script({ silenceMs: MINUTE });
    scripted.pass(MINUTE);
    expect(scripted.fired[0]?.message).toContain("for 60 s, with no sign of life at all.");
  });

  it("begins anew with every sign of life", () => {
    const scripted = script({});
    for (let sign = 0; sign < 5; sign += 1) {
      scripted.pass(29 * MINUTE);
      scripted.clocks.alive();
    }
    expect(scripted.fired).toEqual([]);
    scripted.pass(30 * MINUTE);
    expect(scripted.fired).toHaveLength(1);
  });

  it("does not count while a tool runs", () => {
    const scripted = script({});
    scripted.activity = { running: { what: "Bash", since: START }, lastSign: undefined };
    scripted.pass(125 * MINUTE);
    scripted.activity = { running: undefined, lastSign: "the end of Bash" };
    scripted.clocks.alive();
    scripted.pass(30 * MINUTE - 1);
    expect(scripted.fired).toEqual([]);
    scripted.pass(1);
    expect(scripted.fired[0]?.message).toContain("after the last sign of life: the end of Bash");
  });

  it("does not count while somebody is asked, however that ends", async () => {
    const scripted = script({});
    const asked = Promise.withResolvers<string>();
    const refused = Promise.withResolvers<string>();
    const waits = [asked, refused].map(({ promise }) => scripted.clocks.pausedWhile(() => promise));
    scripted.pass(125 * MINUTE);
    asked.resolve("yes");
    expect(await waits[0]).toBe("yes");
    scripted.pass(125 * MINUTE);
    refused.reject(new Error("gone"));
    await expect(waits[1]).rejects.toThrow("gone");
    scripted.pass(30 * MINUTE - 1);
    expect(scripted.fired).toEqual([]);
    scripted.pass(1);
    expect(scripted.fired).toHaveLength(1);
  });

  it.each([
    ["sleeps", 8 * 60 * MINUTE],
    ["sets its clock forward", 20 * MINUTE],
    ["sets its clock back", -20 * MINUTE],
  ])("does not count what passes while the host %s", (_, ms) => {
    const scripted = script({});
    scripted.pass(20 * MINUTE);
    scripted.jump(ms);
    scripted.pass(25 * MINUTE);
    expect(scripted.fired).toEqual([]);
    scripted.pass(6 * MINUTE);
    expect(scripted.fired).toHaveLength(1);
  });
});

describe("the deadline", () => {
  it("fires before the host's, and says what was running", () => {
    const scripted = script({ deadlineInMs: 26 * MINUTE });
    scripted.activity = { running: { what: "Bash", since: START + MINUTE }, lastSign: "thinking" };
    scripted.pass(26 * MINUTE - 10_001);
    expect(scripted.fired).toEqual([]);
    scripted.pass(1);
    expect(scripted.fired).toMatchObject([{ code: "turn-deadline", retryable: true }]);
    expect(scripted.fired[0]?.message).toBe(
      "The turn was ended after 26 min, at OpenClaw's time limit for one turn, while Bash had been running for 25 min.",
    );
  });

  it("keeps less of a margin when there is little time", () => {
    const scripted = script({ deadlineInMs: 10_000 });
    scripted.pass(8_999);
    expect(scripted.fired).toEqual([]);
    scripted.pass(1);
    expect(scripted.fired[0]?.message).toContain("after 9 s");
  });

  it("that has passed already ends the turn at once, but not before it has begun", () => {
    const scripted = script({ deadlineInMs: -1000 });
    expect(scripted.fired).toEqual([]);
    scripted.pass(1);
    expect(scripted.fired).toHaveLength(1);
  });

  it("counts while somebody is asked, and says so", () => {
    const scripted = script({ deadlineInMs: 3 * 60 * MINUTE });
    void scripted.clocks.pausedWhile(() => new Promise(() => undefined), "an approval");
    scripted.pass(3 * 60 * MINUTE);
    expect(scripted.fired[0]?.message).toContain("while it had been waiting for an approval for 3 h 0 min.");
  });

  it("is not brought nearer by a host that slept: the host's own timers slept, too", () => {
    const scripted = script({ deadlineInMs: 60 * MINUTE });
    scripted.pass(10 * MINUTE);
    scripted.jump(120 * MINUTE);
    scripted.pass(20 * MINUTE);
    scripted.activity = { running: undefined, lastSign: "writing" };
    scripted.clocks.alive();
    scripted.pass(29 * MINUTE);
    expect(scripted.fired).toEqual([]);
    scripted.pass(MINUTE);
    expect(scripted.fired[0]).toMatchObject({ code: "turn-deadline" });
    expect(scripted.fired[0]?.message).toContain("after the last sign of life: writing");
  });
});

describe("the ticks", () => {
  it("come every fifteen seconds at least, until the clocks are stopped", () => {
    const scripted = script({});
    scripted.pass(2 * MINUTE);
    expect(scripted.ticks).toBe(8);
    scripted.clocks.stop();
    scripted.clocks.stop();
    scripted.pass(120 * MINUTE);
    expect(scripted.ticks).toBe(8);
    expect(scripted.fired).toEqual([]);
  });

  it("are real timers where none are given", () => {
    vi.useFakeTimers({ now: START });
    const fired: ContractorError[] = [];
    const clocks = createTurnClocks({
      silenceMs: MINUTE,
      deadlineAt: undefined,
      now: Date.now,
      activity: () => ({ running: undefined, lastSign: undefined }),
      onFire: (error) => fired.push(error),
    });
    vi.advanceTimersByTime(MINUTE);
    expect(fired).toHaveLength(1);
    clocks.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
