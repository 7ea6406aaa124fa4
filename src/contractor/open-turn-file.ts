import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { ensureStateDir } from "./runtime-state.ts";
import { asStateError, errnoOf, examine, STATE_FILE_MODE } from "./session-map/session-map-file.ts";

const openTurnSchema = z.object({
  agentId: z.string(),
  openclawSessionKey: z.string(),
  owner: z.object({ pid: z.int(), host: z.string(), startTime: z.string().nullable() }),
  startedAt: z.iso.datetime(),
  /**
   * How it ended; absent while it runs, and for ever when its process was killed. `interrupted`: the turn before it was,
   * and nobody has been told yet.
   */
  ended: z.enum(["interrupted", "cancelled", "failed"]).optional(),
  nonce: z.string(),
});

/** One conversation's running turn, or what the last one left behind, as it is on disk. */
export type OpenTurn = z.infer<typeof openTurnSchema>;

/** One that nobody can read tells nothing more than that a turn was not finished. */
const UNREADABLE: OpenTurn = {
  agentId: "",
  openclawSessionKey: "",
  owner: { pid: 0, host: "", startTime: null },
  startedAt: new Date(0).toISOString(),
  ended: "failed",
  nonce: "",
};

/**
 * `touchedAt`: milliseconds since 1970 of the last sign of life. Null when there is none. Errors: `state-unusable`.
 * These files are short, and read and written in every turn, synchronously for the reason that `examine` gives.
 */
export function readOpenTurn(path: string): { turn: OpenTurn; touchedAt: number } | null {
  try {
    const stats = examine(path, "file");
    if (stats === null) return null;
    return { turn: parse(readFileSync(path, "utf8")), touchedAt: Number(stats.mtimeMs) };
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return null;
    throw asStateError(cause, { path, doing: "read" });
  }
}

function parse(text: string): OpenTurn {
  try {
    return openTurnSchema.parse(JSON.parse(text));
  } catch {
    return UNREADABLE;
  }
}

/** Whole or not at all; a killed process is what it is for, not a power cut, so nothing is fsynced. Errors: `state-unusable`. */
export async function writeOpenTurn(
  path: string,
  { turn, workspace }: { turn: OpenTurn; workspace: string },
): Promise<void> {
  const temporary = `${path}.${turn.nonce}.tmp`;
  const write = (): void => {
    writeFileSync(temporary, JSON.stringify(turn), { mode: STATE_FILE_MODE });
    renameSync(temporary, path);
  };
  try {
    try {
      write();
    } catch (cause) {
      if (errnoOf(cause) !== "ENOENT") throw cause;
      await ensureStateDir(workspace);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      write();
    }
  } catch (cause) {
    removeQuietly(temporary);
    throw asStateError(cause, { path, doing: "written" });
  }
}

/** The failure that led here is the one to report. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}

/** A sign of life. Best effort: the next one follows. */
export async function touchOpenTurn(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

export function removeOpenTurn(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (cause) {
    if (errnoOf(cause) === "ENOTDIR") return;
    throw asStateError(cause, { path, doing: "removed" });
  }
}
