import { AsyncLocalStorage } from "node:async_hooks";
import { getEventListeners } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { createTurnQueue, type QueuedTurn, type TurnQueue } from "../../src/bridge/turn-queue.ts";

const NEVER = new AbortController().signal;

function turnOf<Value>(
  run: (signal: AbortSignal) => Promise<Value>,
  options: Partial<QueuedTurn<Value>> = {},
): QueuedTurn<Value> {
  return { signal: NEVER, maxWaiting: 10, ...options, run };
}

/** A turn that runs until it is aborted or let go, and notes what happens to it. */
function createSlowTurn(log: string[], name: string): { turn: QueuedTurn<string>; finish: () => void } {
  const gate = Promise.withResolvers<string>();
  return {
    turn: turnOf(async (signal) => {
      if (signal.aborted) return `${name} cancelled before it began`;
      log.push(`${name} begins`);
      signal.addEventListener("abort", () => {
        gate.resolve(`${name} cancelled`);
      });
      const value = await gate.promise;
      log.push(`${name} ends`);
      return value;
    }),
    finish: () => {
      gate.resolve(`${name} done`);
    },
  };
}

/** Whether a turn that comes now is begun at once. */
function isFree(queue: TurnQueue): boolean {
  const run = vi.fn(() => Promise.resolve());
  void queue.enqueue("main", turnOf(run));
  return run.mock.calls.length === 1;
}

describe("the load of a queue", () => {
  it("tells of each conversation whether a turn runs and how many wait, and forgets it afterwards", async () => {
    const queue = createTurnQueue();
    expect(queue.loads()).toEqual(new Map());
    const [one, two] = [createSlowTurn([], "one"), createSlowTurn([], "two")];
    const turns = [queue.enqueue("main", one.turn), queue.enqueue("main", two.turn)];
    const interrupted = queue.interrupt("other", () => Promise.resolve());
    const idle = { busy: false, queued: 0 };
    expect(queue.loads()).toEqual(
      new Map([
        ["main", { busy: true, queued: 1 }],
        ["other", idle],
      ]),
    );
    one.finish();
    two.finish();
    await Promise.all([...turns, interrupted]);
    await expect.poll(() => queue.loads()).toEqual(new Map());
  });
});

describe("the turns of a conversation", () => {
  it("run one after the other, first come first served", async () => {
    const queue = createTurnQueue();
    const log: string[] = [];
    const slow = ["one", "two", "three"].map((name) => createSlowTurn(log, name));
    const answers = slow.map(({ turn }) => queue.enqueue("main", turn));
    // The last gate opens first: order comes from the queue, not from who is quick.
    for (const { finish } of slow.toReversed()) finish();
    expect(await Promise.all(answers)).toEqual(["one done", "two done", "three done"]);
    expect(log).toEqual(["one begins", "one ends", "two begins", "two ends", "three begins", "three ends"]);
    expect(isFree(queue)).toBe(true);
  });

  it("do not block the next one when they fail, nor fail it", async () => {
    const queue = createTurnQueue();
    const failing = queue.enqueue(
      "main",
      turnOf(() => Promise.reject(new Error("broken"))),
    );
    const next = queue.enqueue(
      "main",
      turnOf(() => Promise.resolve("fine")),
    );
    await expect(failing).rejects.toThrow("broken");
    expect(await next).toBe("fine");
    expect(isFree(queue)).toBe(true);
  });

  it("do not wait for those of another one", async () => {
    const queue = createTurnQueue();
    const slow = createSlowTurn([], "slow");
    const waiting = queue.enqueue("one", slow.turn);
    expect(
      await queue.enqueue(
        "two",
        turnOf(() => Promise.resolve("quick")),
      ),
    ).toBe("quick");
    slow.finish();
    expect(await waiting).toBe("slow done");
  });

  it("keep their order although one comes while the last one is ending", async () => {
    const queue = createTurnQueue();
    const log: string[] = [];
    const noting = (name: string): QueuedTurn<number> => turnOf(() => Promise.resolve(log.push(name)));
    const first = queue.enqueue("main", noting("first"));
    const second = first.then(() => queue.enqueue("main", noting("second")));
    await Promise.all([first, second, queue.enqueue("main", noting("between"))]);
    expect(log).toEqual(["first", "between", "second"]);
  });

  it.each(["__proto__", "constructor", "", "dev agent:dev:main"])(
    "may belong to a conversation named %j",
    async (name) => {
      const queue = createTurnQueue();
      expect(
        await queue.enqueue(
          name,
          turnOf(() => Promise.resolve("fine")),
        ),
      ).toBe("fine");
    },
  );
});

describe("a turn for which there is no place", () => {
  it.each([
    [0, /^Claude is still busy with an earlier message of this conversation\. This one/],
    [1, /, and 1 more message waits\. This one was not taken\.$/],
    [2, /, and 2 more messages wait\. This one was not taken\.$/],
  ])("is answered at once when %i may wait", async (maxWaiting, words) => {
    const queue = createTurnQueue();
    const log: string[] = [];
    const slow = createSlowTurn(log, "slow");
    const taken = [slow, ...Array.from({ length: maxWaiting }, () => createSlowTurn(log, "next"))];
    const answers = taken.map(({ turn }) => queue.enqueue("main", { ...turn, maxWaiting }));
    const run = vi.fn(() => Promise.resolve());
    await expect(queue.enqueue("main", turnOf(run, { maxWaiting }))).rejects.toMatchObject({
      code: "session-busy",
      retryable: true,
      message: expect.stringMatching(words) as string,
    });
    expect(log).toEqual(["slow begins"]);
    for (const { finish } of taken) finish();
    await Promise.all(answers);
    expect(run).not.toHaveBeenCalled();
    await queue.enqueue("main", turnOf(run, { maxWaiting }));
    expect(run).toHaveBeenCalledOnce();
  });

  it("does not take the place of another conversation's", async () => {
    const queue = createTurnQueue();
    const slow = createSlowTurn([], "slow");
    const running = queue.enqueue("one", slow.turn);
    const other = createSlowTurn([], "other");
    const elsewhere = queue.enqueue("two", { ...other.turn, maxWaiting: 0 });
    slow.finish();
    other.finish();
    expect(await Promise.all([running, elsewhere])).toEqual(["slow done", "other done"]);
  });
});

describe("a turn that is cancelled while it waits", () => {
  it("leaves at once, and its place is free", async () => {
    const queue = createTurnQueue();
    const log: string[] = [];
    const slow = createSlowTurn(log, "slow");
    const running = queue.enqueue("main", slow.turn);
    const cancel = new AbortController();
    const waiting = queue.enqueue("main", {
      ...createSlowTurn(log, "waiting").turn,
      signal: cancel.signal,
      maxWaiting: 1,
    });
    const next = createSlowTurn(log, "next");
    await expect(queue.enqueue("main", { ...next.turn, maxWaiting: 1 })).rejects.toThrow("busy");
    cancel.abort();
    expect(await waiting).toBe("waiting cancelled before it began");
    const taken = queue.enqueue("main", { ...next.turn, maxWaiting: 1 });
    next.finish();
    slow.finish();
    expect(await Promise.all([running, taken])).toEqual(["slow done", "next done"]);
    expect(log).toEqual(["slow begins", "slow ends", "next begins", "next ends"]);
  });

  it("was cancelled before it came, perhaps: it does not wait then, and leaves nothing behind", async () => {
    const queue = createTurnQueue();
    const slow = createSlowTurn([], "slow");
    const running = queue.enqueue("main", slow.turn);
    const signal = AbortSignal.abort();
    const dead = createSlowTurn([], "dead").turn;
    expect(await queue.enqueue("main", { ...dead, signal })).toBe("dead cancelled before it began");
    slow.finish();
    await running;
    expect(await queue.enqueue("main", { ...dead, signal })).toBe("dead cancelled before it began");
    expect(isFree(queue)).toBe(true);
  });

  it("cancels nobody else, and the turn that runs hears of its own signal", async () => {
    const queue = createTurnQueue();
    const cancel = new AbortController();
    const first = queue.enqueue("main", { ...createSlowTurn([], "first").turn, signal: cancel.signal });
    const second = createSlowTurn([], "second");
    const next = queue.enqueue("main", second.turn);
    cancel.abort();
    expect(await first).toBe("first cancelled");
    second.finish();
    expect(await next).toBe("second done");
  });
});

describe("an interruption", () => {
  it("cancels the turn that runs and those that wait, and works before any later turn", async () => {
    const queue = createTurnQueue();
    const log: string[] = [];
    const answers = ["running", "waiting", "last"].map((name) =>
      queue.enqueue("main", createSlowTurn(log, name).turn),
    );
    const interruption = queue.interrupt("main", () => Promise.resolve(log.push("work")));
    const later = queue.enqueue(
      "main",
      turnOf(() => Promise.resolve(log.push("later"))),
    );
    expect(await Promise.all(answers)).toEqual([
      "running cancelled",
      "waiting cancelled before it began",
      "last cancelled before it began",
    ]);
    await Promise.all([interruption, later]);
    expect(log).toEqual(["running begins", "running ends", "work", "later"]);
    expect(isFree(queue)).toBe(true);
  });

  it("waits for the turn that runs to end, although that takes its time", async () => {
    const queue = createTurnQueue();
    const gate = Promise.withResolvers<string>();
    const stubborn = queue.enqueue(
      "main",
      turnOf(() => gate.promise),
    );
    const work = vi.fn(() => Promise.resolve("worked"));
    const interruption = queue.interrupt("main", work);
    await new Promise(setImmediate);
    expect(work).not.toHaveBeenCalled();
    gate.resolve("ended");
    expect(await Promise.all([stubborn, interruption])).toEqual(["ended", "worked"]);
  });

  it("does not interrupt another one: two in a row work one after the other", async () => {
    const queue = createTurnQueue();
    const log: string[] = [];
    const running = queue.enqueue("main", createSlowTurn(log, "running").turn);
    const gate = Promise.withResolvers<number>();
    const first = queue.interrupt("main", () => gate.promise);
    const between = queue.enqueue("main", createSlowTurn(log, "between").turn);
    const second = queue.interrupt("main", () => Promise.resolve(log.push("second")));
    expect(await Promise.all([running, between])).toEqual([
      "running cancelled",
      "between cancelled before it began",
    ]);
    expect(log).not.toContain("second");
    gate.resolve(1);
    expect(await Promise.all([first, second])).toEqual([1, 3]);
    expect(log).toEqual(["running begins", "running ends", "second"]);
  });

  it("takes no place from the turns, and needs none", async () => {
    const queue = createTurnQueue();
    const gate = Promise.withResolvers<number>();
    const interruptions = [1, 2].map(() => queue.interrupt("main", () => gate.promise));
    const turn = queue.enqueue(
      "main",
      turnOf(() => Promise.resolve("taken"), { maxWaiting: 1 }),
    );
    await expect(
      queue.enqueue(
        "main",
        turnOf(() => Promise.resolve("busy"), { maxWaiting: 1 }),
      ),
    ).rejects.toMatchObject({ code: "session-busy" });
    gate.resolve(1);
    expect(await Promise.all([...interruptions, turn])).toEqual([1, 1, "taken"]);
  });

  it("of a conversation in which nothing happens works at once, and a failure is its caller's", async () => {
    const queue = createTurnQueue();
    await expect(queue.interrupt("main", () => Promise.reject(new Error("broken")))).rejects.toThrow(
      "broken",
    );
    expect(isFree(queue)).toBe(true);
  });

  it("leaves other conversations alone", async () => {
    const queue = createTurnQueue();
    const other = createSlowTurn([], "other");
    const running = queue.enqueue("other", other.turn);
    await queue.interrupt("main", () => Promise.resolve());
    other.finish();
    expect(await running).toBe("other done");
  });
});

it("runs a turn as a part of what brought it, though another turn's end lets it begin", async () => {
  const scope = new AsyncLocalStorage<string>();
  const queue = createTurnQueue();
  const first = createSlowTurn([], "first");
  const seen: (string | undefined)[] = [];
  const turns = [
    scope.run("first", () => queue.enqueue("main", first.turn)),
    scope.run("second", () =>
      queue.enqueue(
        "main",
        turnOf(async () => {
          seen.push(scope.getStore());
          await Promise.resolve();
          seen.push(scope.getStore());
        }),
      ),
    ),
  ];
  first.finish();
  await Promise.all(turns);
  expect(seen).toEqual(["second", "second"]);
});

it("listens to a turn's signal no more once the turn has begun, so that it keeps nothing of it", async () => {
  const queue = createTurnQueue();
  const listeners = (signal: AbortSignal): Promise<number> =>
    Promise.resolve(getEventListeners(signal, "abort").length);
  const turns = [queue.enqueue("main", turnOf(listeners)), queue.enqueue("main", turnOf(listeners))];
  expect(await Promise.all(turns)).toEqual([0, 0]);
});
