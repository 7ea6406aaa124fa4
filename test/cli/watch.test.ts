import { describe, expect, it } from "vitest";
import type { CommandResult } from "../../src/cli/contractor-command.ts";
import { watch, type Screen } from "../../src/cli/watch.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";

/** What was written until the third frame was had. */
async function watched(
  screen: Pick<Screen, "isTTY" | "rows">,
  { json = false, frame = numbered }: { json?: boolean; frame?: (number: number) => CommandResult } = {},
): Promise<string[]> {
  const written: string[] = [];
  const interrupt = new AbortController();
  let frames = 0;
  const next = (): Promise<CommandResult> => {
    frames += 1;
    if (frames === 3) interrupt.abort();
    return Promise.resolve(frames).then(frame);
  };
  const write = (text: string): unknown => written.push(text);
  const options = { everySeconds: 0.01, json, signal: interrupt.signal };
  await watch(next, { ...options, screen: { ...screen, write } });
  return written;
}

function numbered(number: number): CommandResult {
  return { data: { number }, text: `one ${number}\ntwo\nthree\nfour` };
}

describe("watching a command", () => {
  it("redraws a terminal in place, and shows no more than fits", async () => {
    expect(await watched({ isTTY: true, rows: 4 })).toEqual([
      "\u001b[2J",
      "\u001b[Hone 1\u001b[K\ntwo\u001b[K\n… 2 more lines\u001b[K\n\u001b[J",
      "\u001b[Hone 2\u001b[K\ntwo\u001b[K\n… 2 more lines\u001b[K\n\u001b[J",
    ]);
    expect((await watched({ isTTY: true, rows: 5 }))[1]).toContain("four");
  });

  it("writes frames one below the other where there is no terminal", async () => {
    expect(await watched({ isTTY: false })).toEqual([
      "one 1\ntwo\nthree\nfour\n\n",
      "one 2\ntwo\nthree\nfour\n\n",
    ]);
  });

  it("writes a line of JSON a frame for scripts, on a terminal as well", async () => {
    expect(await watched({ isTTY: true }, { json: true })).toEqual(['{"number":1}\n', '{"number":2}\n']);
  });

  it("fails with the first frame, and shows a later failure in its place", async () => {
    const failing = (at: number) => (number: number) => {
      if (number === at) throw new ContractorError("usage", { message: "Odd.", mend: "Mend it." });
      return numbered(number);
    };
    await expect(watched({}, { frame: failing(1) })).rejects.toMatchObject({ code: "usage" });
    expect((await watched({}, { frame: failing(2) }))[1]).toBe("Odd. Mend it.\n\n");
    expect((await watched({}, { json: true, frame: failing(2) }))[1]).toBe(
      '{"error":{"code":"usage","message":"Odd.","mend":"Mend it."}}\n',
    );
  });
});
