import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { ContractorError } from "../errors/contractor-error.ts";
import { currentOwner, isCurrentProcess, isOwnerAlive } from "./process-owner.ts";
import { ensureStateDir, locateSessionMap, stateDirOf } from "./runtime-state.ts";
import { asStateError, errnoOf, STATE_FILE_MODE } from "./session-map/session-map-file.ts";
import type { ConversationKey } from "./session-map/session-map-store.ts";

const FOLDER = "open-turns";

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

type OpenTurn = z.infer<typeof openTurnSchema>;

/** What the turn before this one left behind. `interrupted`: its process ended before the turn did. */
export type UnfinishedTurn = "interrupted" | "cancelled" | "failed";

/**
 * How a turn ended. `unrecorded` ones belong to a conversation without a Claude session that could be resumed, or leave
 * something to tell.
 */
export type TurnEnding = { kind: "settled" } | { kind: "unrecorded"; ended: UnfinishedTurn };

export type TurnClaim = {
  readonly left: UnfinishedTurn | null;
  end(ending: TurnEnding): Promise<void>;
};

/**
 * Which conversations are in a turn, on disk, so that the next process knows of a turn that its predecessor could not
 * finish, and no two processes take turns of one conversation at once.
 */
export type OpenTurns = {
  /** Rejects with `session-busy` while a living other process has the conversation, and with `state-unusable`. */
  claim(key: ConversationKey): Promise<TurnClaim>;
  /** A reset: what was left unfinished is of no interest any more. */
  forget(key: ConversationKey): Promise<void>;
};

/** In files of the workspace's state folder. A killed process is what they are for, not a power cut: nothing is fsynced. */
export function createFileOpenTurns(workspace: string, now: () => Date): OpenTurns {
  const pathOf = (key: ConversationKey): string => {
    const name = createHash("sha256").update(JSON.stringify([key.agentId, key.openclawSessionKey]));
    return join(stateDirOf(workspace), FOLDER, `${name.digest("hex")}.json`);
  };
  return {
    async claim(key) {
      // No symlink below the workspace is followed.
      await locateSessionMap(workspace);
      const path = pathOf(key);
      const left = await readOpenTurn(path);
      if (left !== null && isRunningElsewhere(left)) throw busyElsewhere(left);
      const turn: OpenTurn = {
        ...key,
        owner: currentOwner(),
        startedAt: now().toISOString(),
        nonce: randomUUID(),
      };
      await writeOpenTurn(path, { turn, workspace });
      // Two processes that found the same dead owner: the one whose file stands has the conversation.
      const standing = await readOpenTurn(path);
      if (standing !== null && standing.nonce !== turn.nonce) throw busyElsewhere(standing);
      return {
        left: left === null ? null : (left.ended ?? "interrupted"),
        end: (ending) =>
          ending.kind === "settled"
            ? removeOpenTurn(path)
            : writeOpenTurn(path, { turn: { ...turn, ended: ending.ended }, workspace }),
      };
    },
    forget: (key) => removeOpenTurn(pathOf(key)),
  };
}

function isRunningElsewhere({ owner, ended }: OpenTurn): boolean {
  return ended === undefined && !isCurrentProcess(owner) && isOwnerAlive(owner);
}

/** Null when there is none; one that nobody can read tells nothing more than that a turn was not finished. */
async function readOpenTurn(path: string): Promise<OpenTurn | null> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    if (errnoOf(cause) === "ENOENT") return null;
    throw asStateError(cause, { path, doing: "read" });
  });
  if (text === null) return null;
  try {
    return openTurnSchema.parse(JSON.parse(text));
  } catch {
    return UNREADABLE;
  }
}

const UNREADABLE: OpenTurn = {
  agentId: "",
  openclawSessionKey: "",
  owner: { pid: 0, host: "", startTime: null },
  startedAt: new Date(0).toISOString(),
  ended: "failed",
  nonce: "",
};

async function writeOpenTurn(
  path: string,
  { turn, workspace }: { turn: OpenTurn; workspace: string },
): Promise<void> {
  const temporary = `${path}.${turn.nonce}.tmp`;
  const write = (): Promise<void> =>
    writeFile(temporary, JSON.stringify(turn), { flag: "w", mode: STATE_FILE_MODE });
  try {
    await write().catch(async (cause: unknown) => {
      if (errnoOf(cause) !== "ENOENT") throw cause;
      await ensureStateDir(workspace);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await write();
    });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw asStateError(cause, { path, doing: "written" });
  }
}

async function removeOpenTurn(path: string): Promise<void> {
  await rm(path, { force: true }).catch((cause: unknown) => {
    if (errnoOf(cause) === "ENOTDIR") return;
    throw asStateError(cause, { path, doing: "removed" });
  });
}

function busyElsewhere({ owner, startedAt }: OpenTurn): ContractorError {
  return new ContractorError("session-busy", {
    message: `Another process (pid ${owner.pid} on ${owner.host}) has been in a turn of this conversation since ${startedAt}. This message was not taken.`,
    mend: "Send it again when that turn has ended, or end that process.",
    retryable: true,
  });
}
