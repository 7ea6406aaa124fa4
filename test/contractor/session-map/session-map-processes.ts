import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { onTestFinished } from "vitest";

const WRITER = join(import.meta.dirname, "../../fixtures/session-map-writer.ts");

export type Writer = ChildProcessByStdio<null, Readable, Readable>;

/** The path that a session map may have, in a folder of its own. */
export async function temporaryMapPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "session-map-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "session-map.json");
}

/** `prelude` is shell that runs before the writer, in the same process. */
export function startWriter(args: string[], prelude = ":"): Writer {
  const command = ["-c", `${prelude}; exec "$@"`, "sh", process.execPath, WRITER, ...args];
  return spawn("sh", command, { stdio: ["ignore", "pipe", "pipe"] });
}

export async function finish(
  writer: Writer,
): Promise<{ code: number | null; lines: number; stderr: string }> {
  const closed = once(writer, "close");
  const [stdout, stderr] = await Promise.all([text(writer.stdout), text(writer.stderr), closed]);
  return { code: writer.exitCode, lines: stdout.split("\n").filter(Boolean).length, stderr };
}

/** Runs while another process holds the map's lock. */
export async function whileLocked(path: string, run: (holder: Writer) => Promise<void>): Promise<void> {
  const holder = startWriter(["hold", path]);
  try {
    await once(holder.stdout, "data");
    await run(holder);
  } finally {
    holder.kill("SIGKILL");
  }
}

export async function kill(holder: Writer): Promise<void> {
  const closed = once(holder, "close");
  holder.kill("SIGKILL");
  await closed;
}
