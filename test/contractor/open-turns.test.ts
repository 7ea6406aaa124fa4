import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFileOpenTurns, type OpenTurns } from "../../src/contractor/open-turns.ts";

const KEY = { agentId: "dev", openclawSessionKey: "agent:dev:main" };
/** Linux gives no such pid to anybody. */
const DEAD = { pid: 2 ** 30, host: hostname(), startTime: "1" };

let workspace: string;
let openTurns: OpenTurns;

beforeEach(async () => {
  workspace = await realpath(await mkdtemp(join(tmpdir(), "open-turns-")));
  openTurns = createFileOpenTurns(workspace, () => new Date("2026-01-01T00:00:00.000Z"));
});

afterEach(() => rm(workspace, { recursive: true, force: true }));

function folder(): string {
  return join(workspace, ".openclaw/contractor-agent/open-turns");
}

async function onlyFile(): Promise<string> {
  const [name = "", ...others] = await readdir(folder());
  expect(others).toEqual([]);
  return join(folder(), name);
}

/** Gives the one turn that is open to another owner. */
async function rewrite(changes: Record<string, unknown>): Promise<void> {
  const path = await onlyFile();
  const turn = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  await writeFile(path, JSON.stringify({ ...turn, ...changes }));
}

describe("a claim", () => {
  it("of a conversation that nobody has left unfinished finds nothing, and leaves nothing when it is settled", async () => {
    const claim = await openTurns.claim(KEY);
    expect(claim.left).toBeNull();
    expect(JSON.parse(await readFile(await onlyFile(), "utf8"))).toMatchObject({
      ...KEY,
      owner: { pid: process.pid, host: hostname() },
      startedAt: "2026-01-01T00:00:00.000Z",
    });
    await claim.end({ kind: "settled" });
    expect(await readdir(folder())).toEqual([]);
    expect((await openTurns.claim(KEY)).left).toBeNull();
  });

  it("keeps its files to the user, with names that are no paths", async () => {
    await openTurns.claim({ ...KEY, openclawSessionKey: "../../../x" });
    const path = await onlyFile();
    expect(path).toMatch(/\/[0-9a-f]{64}\.json$/);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(folder())).mode & 0o777).toBe(0o700);
    expect(await readdir(workspace)).toEqual([".openclaw"]);
  });

  it.each(["interrupted", "cancelled", "failed"] as const)(
    "finds a turn that ended unrecorded: %s",
    async (ended) => {
      await (await openTurns.claim(KEY)).end({ kind: "unrecorded", ended });
      const next = await openTurns.claim(KEY);
      expect(next.left).toBe(ended);
      await next.end({ kind: "settled" });
      expect((await openTurns.claim(KEY)).left).toBeNull();
    },
  );

  it("finds a turn whose process was killed, also one of this process that never ended", async () => {
    await openTurns.claim(KEY);
    expect((await openTurns.claim(KEY)).left).toBe("interrupted");
    await rewrite({ owner: DEAD });
    expect((await openTurns.claim(KEY)).left).toBe("interrupted");
  });

  it("is refused while a living other process has the conversation, and changes nothing", async () => {
    await openTurns.claim(KEY);
    await rewrite({ owner: { pid: 1, host: hostname(), startTime: null } });
    const before = await readFile(await onlyFile(), "utf8");
    await expect(openTurns.claim(KEY)).rejects.toMatchObject({
      code: "session-busy",
      retryable: true,
      message: expect.stringMatching(/pid 1 on .+ since 2026-01-01T00:00:00\.000Z/) as string,
    });
    expect(await readFile(await onlyFile(), "utf8")).toBe(before);
    await rewrite({ ended: "failed" });
    expect((await openTurns.claim(KEY)).left).toBe("failed");
  });

  it("of another machine counts as long as it gives signs of life", async () => {
    await openTurns.claim(KEY);
    await rewrite({ owner: { pid: 1, host: "elsewhere", startTime: "1" } });
    await expect(openTurns.claim(KEY)).rejects.toMatchObject({ code: "session-busy" });
    const silent = new Date(Date.now() - 61_000);
    await utimes(await onlyFile(), silent, silent);
    expect((await openTurns.claim(KEY)).left).toBe("interrupted");
  });

  it("follows no symlink in the place of its folder", async () => {
    const elsewhere = join(workspace, "elsewhere");
    await mkdir(elsewhere);
    await mkdir(join(workspace, ".openclaw/contractor-agent"), { recursive: true });
    await symlink(elsewhere, folder());
    await expect(openTurns.claim(KEY)).rejects.toMatchObject({ code: "state-unusable" });
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it.each(["", "null", "{}", '{"owner": 1}', "\u0000"])(
    "takes what nobody can read for a failed turn: %j",
    async (text) => {
      await openTurns.claim(KEY);
      await writeFile(await onlyFile(), text);
      expect((await openTurns.claim(KEY)).left).toBe("failed");
    },
  );

  it("belongs to its agent and its session key together", async () => {
    await openTurns.claim({ agentId: "a", openclawSessionKey: "b c" });
    for (const key of [
      { agentId: "a b", openclawSessionKey: "c" },
      { agentId: "b", openclawSessionKey: "b c" },
      { agentId: "a", openclawSessionKey: "b" },
    ]) {
      expect((await openTurns.claim(key)).left).toBeNull();
    }
  });
});

describe("a reset", () => {
  it("forgets what was left, and nothing is nothing to forget", async () => {
    await openTurns.forget(KEY);
    await (await openTurns.claim(KEY)).end({ kind: "unrecorded", ended: "failed" });
    await openTurns.forget(KEY);
    await openTurns.forget(KEY);
    expect((await openTurns.claim(KEY)).left).toBeNull();
  });
});

describe("a state folder that cannot be used", () => {
  it.each<[string, (path: string) => Promise<unknown>]>([
    ["a file in its place", (path) => writeFile(path, "")],
    ["a symlink in its place", (path) => symlink(workspace, path)],
  ])("is reported: %s", async (_, spoil) => {
    await mkdir(join(workspace, ".openclaw"));
    await spoil(join(workspace, ".openclaw/contractor-agent"));
    await expect(openTurns.claim(KEY)).rejects.toMatchObject({ code: "state-unusable" });
  });

  it("leaves no temporary file behind", async () => {
    await openTurns.claim(KEY);
    const path = await onlyFile();
    await rm(path);
    await mkdir(path);
    await expect(openTurns.claim(KEY)).rejects.toMatchObject({ code: "state-unusable" });
    expect(await readdir(folder())).toHaveLength(1);
  });

  it("was removed, perhaps: it is made again", async () => {
    await openTurns.claim(KEY);
    await rm(join(workspace, ".openclaw"), { recursive: true });
    expect((await openTurns.claim(KEY)).left).toBeNull();
  });
});
