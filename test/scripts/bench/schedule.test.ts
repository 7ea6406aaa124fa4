import { describe, expect, it } from "vitest";
import { inBlocks, inTurn, orderOf } from "../../../scripts/bench/gateway/schedule.ts";

describe("orderOf", () => {
  it("turns round from one round to the next, and leaves the list as it is", () => {
    const backends = ["a", "b", "c"];
    expect([0, 1, 2].map((round) => orderOf(backends, round).join(""))).toEqual(["abc", "cba", "abc"]);
    expect(backends).toEqual(["a", "b", "c"]);
  });
});

describe("inBlocks", () => {
  it("takes one block of each in each round, never two at once", async () => {
    const taken: string[] = [];
    let open = 0;
    await inBlocks(["a", "b"], 3, async (backend, round) => {
      open += 1;
      await Promise.resolve();
      taken.push(`${backend}${round}${open}`);
      open -= 1;
    });
    expect(taken).toEqual(["a01", "b01", "b11", "a11", "a21", "b21"]);
  });

  it("ends with the block that fails", async () => {
    const taken: string[] = [];
    const failing = inBlocks(["a", "b", "c"], 1, (backend) => {
      taken.push(backend);
      return backend === "b" ? Promise.reject(new Error("no answer")) : Promise.resolve();
    });
    await expect(failing).rejects.toThrow("no answer");
    expect(taken).toEqual(["a", "b"]);
  });
});

describe("inTurn", () => {
  it("pauses before each turn", async () => {
    const startedAt = performance.now();
    const waited: number[] = [];
    await inTurn(2, () => {
      waited.push(performance.now() - startedAt);
      return Promise.resolve();
    });
    expect(waited).toHaveLength(2);
    expect(waited[0]).toBeGreaterThan(200);
    expect((waited[1] ?? 0) - (waited[0] ?? 0)).toBeGreaterThan(200);
  });
});
