import { createServer, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { turnPartsOf } from "../../../scripts/bench/gateway/probe.ts";

const TURN = { totalMs: 100, untilModelMs: 50, afterModelMs: 40, startedAt: 1_000, endedAt: 1_100 };

let server: Server | undefined;

afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

/** A Gateway that has these marks to give, one list at each look, and then none any more. */
async function gatewayWith(...looks: [what: string, at: number][][]): Promise<string> {
  const started = createServer((_, response) => {
    const marks = (looks.shift() ?? []).map(([what, at]) => ({ what, at }));
    response.end(JSON.stringify(marks));
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  const address = started.address();
  return typeof address === "object" ? `http://127.0.0.1:${address?.port ?? 0}` : "";
}

describe("turnPartsOf", () => {
  it("cuts a turn at its marks; the attempt may end a moment after the answer", async () => {
    const url = await gatewayWith(
      [
        ["attempt-start", 1_060],
        ["host-start", 1_062],
        ["host-start", 1_063],
        ["host-end", 1_064],
        ["host-end", 1_065],
        ["prompt-start", 1_070],
        ["prompt-end", 1_080],
      ],
      [
        ["host-start", 1_090],
        ["host-end", 1_094],
        ["attempt-end", 1_104],
      ],
    );
    expect(await turnPartsOf(url, TURN)).toEqual({
      hostBefore: 60,
      ownBefore: 7,
      agent: 10,
      ownAfter: 20,
      hostAfter: -4,
      asked: 7,
    });
  });

  it("is null when nothing is told", async () => {
    expect(await turnPartsOf(await gatewayWith(), TURN)).toBeNull();
  });

  it("is null when the end is missing", async () => {
    const url = await gatewayWith([
      ["attempt-start", 1_060],
      ["prompt-start", 1_070],
    ]);
    expect(await turnPartsOf(url, TURN)).toBeNull();
  });
});
