import { expect, it } from "vitest";
import { createBridgeWorld } from "./bridge-world.ts";

it("takes fifty turns of a conversation with one process, and sends each message once and alone", async () => {
  const world = await createBridgeWorld();
  const texts = Array.from({ length: 50 }, (_, index) => `say turn ${index}`);
  const warm: boolean[] = [];
  for (const text of texts) {
    const outcome = await world.turn(text);
    expect(outcome).toMatchObject({ kind: "completed", text: text.replace("say ", "") });
    if (outcome.kind === "completed") warm.push(outcome.warm);
    expect(world.pool.liveSessions).toBe(1);
  }
  expect(warm).toEqual([false, ...Array.from({ length: 49 }, () => true)]);
  expect(await world.prompts()).toEqual(texts);
  expect(await world.transcripts()).toHaveLength(1);
  expect(await world.entry()).toMatchObject({ turns: 50 });
});

it.each([0, 1, 5, 10])(
  "settles a turn that is cancelled after %i ms, and the next answer is its own",
  async (ms) => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    const cancellation = new AbortController();
    const turn = world.turn("count to 1000", { signal: cancellation.signal });
    setTimeout(() => {
      cancellation.abort();
      cancellation.abort();
    }, ms);
    expect(await turn).toMatchObject({ kind: "cancelled" });
    expect(await world.says("what did I ask you to remember?")).toBe("You asked me to remember tango.");
  },
);
