import { expect, it } from "vitest";
import { createTurnQueue } from "../../src/bridge/turn-queue.ts";

it("runs the turns of a conversation one after the other, first come first served", async () => {
  const queue = createTurnQueue();
  const log: string[] = [];
  const gates = [1, 2, 3].map(() => Promise.withResolvers<undefined>());
  const turns = gates.map((gate, index) =>
    queue.run("main", async () => {
      log.push(`start ${index}`);
      await gate.promise;
      log.push(`end ${index}`);
      return index;
    }),
  );
  // The last gate opens first: order comes from the queue, not from who is quick.
  for (const gate of gates.toReversed()) gate.resolve(undefined);
  expect(await Promise.all(turns)).toEqual([0, 1, 2]);
  expect(log).toEqual(["start 0", "end 0", "start 1", "end 1", "start 2", "end 2"]);
});

it("does not let a failed turn block the next, nor fail it", async () => {
  const queue = createTurnQueue();
  const failing = queue.run("main", () => Promise.reject(new Error("broken")));
  const next = queue.run("main", () => Promise.resolve("fine"));
  await expect(failing).rejects.toThrow("broken");
  expect(await next).toBe("fine");
  expect(await queue.run("main", () => Promise.resolve("again"))).toBe("again");
});

it("does not let conversations wait for each other", async () => {
  const queue = createTurnQueue();
  const gate = Promise.withResolvers<string>();
  const slow = queue.run("one", () => gate.promise);
  expect(await queue.run("two", () => Promise.resolve("quick"))).toBe("quick");
  gate.resolve("done");
  expect(await slow).toBe("done");
});

it("keeps the order of a turn that comes while the last one is ending", async () => {
  const queue = createTurnQueue();
  const log: string[] = [];
  const first = queue.run("main", () => Promise.resolve(log.push("first")));
  const second = first.then(() => queue.run("main", () => Promise.resolve(log.push("second"))));
  await Promise.all([first, second, queue.run("main", () => Promise.resolve(log.push("between")))]);
  expect(log).toEqual(["first", "between", "second"]);
});
