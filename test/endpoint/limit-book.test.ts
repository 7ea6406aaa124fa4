import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createLimitBook, type LimitBook } from "../../src/endpoint/limit-book.ts";

const LOGIN = { endpoint: "subscription", configDir: "" };
const START = Date.UTC(2026, 0, 1, 12);

let path: string;
let now: number;
let log: string[];

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "limits-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  path = join(folder, "state", "limits.json");
  now = START;
  log = [];
});

function open(): LimitBook {
  const book = createLimitBook({ path, log: (message) => log.push(message), now: () => new Date(now) });
  onTestFinished(() => book.flush());
  return book;
}

describe("the limit book", () => {
  it("keeps a limit until it is over, also for the next process", async () => {
    const book = open();
    book.note({ ...LOGIN, code: "agent-limit", resetAt: new Date(START + 3_600_000) });
    await book.flush();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const next = open();
    expect(next.limitOf(LOGIN)).toMatchObject({ until: "2026-01-01T13:00:00.000Z", told: true });
    expect(next.list()).toHaveLength(1);
    now += 3_600_000;
    expect(next.limitOf(LOGIN)).toBeNull();
    expect(next.list()).toEqual([]);
  });

  it("leaves one that does not say for how long alone for a while", () => {
    const book = open();
    book.note({ ...LOGIN, code: "agent-limit", resetAt: undefined });
    book.note({ endpoint: "local", configDir: "", code: "agent-overloaded", resetAt: undefined });
    now += 60_000;
    expect(book.list()).toMatchObject([{ endpoint: "subscription", told: false }]);
    now += 240_000;
    expect(book.list()).toEqual([]);
  });

  it("tells two logins apart, and forgets one that has answered", () => {
    const book = open();
    const other = { ...LOGIN, configDir: "/srv/claude" };
    book.note({ ...LOGIN, code: "agent-limit", resetAt: undefined });
    expect(book.limitOf(other)).toBeNull();
    book.clear(LOGIN);
    expect(book.limitOf(LOGIN)).toBeNull();
  });

  it("begins anew with a file that cannot be read, and says that it cannot write one", async () => {
    const book = open();
    book.note({ ...LOGIN, code: "agent-limit", resetAt: undefined });
    await book.flush();
    await writeFile(path, "{");
    expect(open().list()).toEqual([]);
    expect(await readFile(path, "utf8")).toBe("{");
    path = join(path, "below-a-file.json");
    const stuck = open();
    stuck.note({ ...LOGIN, code: "agent-limit", resetAt: undefined });
    await stuck.flush();
    expect(stuck.limitOf(LOGIN)).not.toBeNull();
    expect(log).toEqual([expect.stringContaining("could not be kept")]);
  });
});
