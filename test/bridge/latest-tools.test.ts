import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLatestTools, type LatestTools } from "../../src/bridge/latest-tools.ts";
import type { SessionTools } from "../../src/bridge/turn.ts";

const TOOLS: SessionTools = {
  nativeTools: ["Read"],
  openclawTools: [
    {
      name: "message",
      description: "Sends.",
      inputSchema: { type: "object" },
      readOnly: false,
      atHand: true,
    },
  ],
};

let folder: string;
let path: string;
const log: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latest-tools-"));
  path = join(folder, "contractor-agent", "latest-tools.json");
  log.length = 0;
});

afterEach(() => rm(folder, { recursive: true }));

function open(): LatestTools {
  return createLatestTools({ path, log: (message) => log.push(message) });
}

describe("the tools of an agent's latest turn", () => {
  it("are known to the next Gateway, word for word, also where nothing is restricted", async () => {
    const tools = open();
    tools.note("dev", TOOLS);
    tools.note("free", { nativeTools: undefined, openclawTools: null });
    await tools.flush();
    expect(open().of("dev")).toEqual(TOOLS);
    expect(open().of("free")).toEqual({ nativeTools: undefined, openclawTools: null });
    expect(open().of("zed")).toBeUndefined();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("are written only when they have changed", async () => {
    const tools = open();
    tools.note("dev", TOOLS);
    await tools.flush();
    await rm(path);
    tools.note("dev", structuredClone(TOOLS));
    await tools.flush();
    await expect(stat(path)).rejects.toThrow(/ENOENT/);
    tools.note("dev", { ...TOOLS, nativeTools: [] });
    await tools.flush();
    expect(await readFile(path, "utf8")).toContain('"nativeTools":[]');
  });

  it("are unknown where the file is damaged, and the log says when it cannot be written", async () => {
    await writeFile(join(folder, "contractor-agent"), "a file in the way");
    const tools = open();
    tools.note("dev", TOOLS);
    await tools.flush();
    expect(log).toEqual([expect.stringMatching(/could not be kept in .*latest-tools\.json/)]);
    expect(tools.of("dev")).toEqual(TOOLS);
    path = join(folder, "contractor-agent");
    expect(open().of("dev")).toBeUndefined();
  });
});
