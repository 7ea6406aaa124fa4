import { createHash, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { ContractorError } from "../errors/contractor-error.ts";
import {
  readOpenTurn,
  removeOpenTurn,
  touchOpenTurn,
  writeOpenTurn,
  type OpenTurn,
} from "./open-turn-file.ts";
import { currentOwner, isCurrentProcess, isOwnerAlive } from "../process/process-owner.ts";
import { locateSessionMap, stateDirOf } from "./runtime-state.ts";
import { requireKind } from "./session-map/session-map-file.ts";
import type { ConversationKey } from "./session-map/session-map-store.ts";

const FOLDER = "open-turns";
/** A running turn gives a sign of life this often, and another machine's counts as dead after three were missed. */
const SIGN_OF_LIFE_MS = 20_000;
const DEAD_AFTER_MS = 3 * SIGN_OF_LIFE_MS;

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

/** In files of the workspace's state folder; no symlink below the workspace is followed. */
export function createFileOpenTurns(workspace: string, now: () => Date): OpenTurns {
  return {
    async claim(key) {
      const path = locate(workspace, key);
      const before = readOpenTurn(path);
      if (before !== null && isRunningElsewhere(before)) throw busyElsewhere(before.turn);
      const startedAt = now().toISOString();
      const turn: OpenTurn = { ...key, owner: currentOwner(), startedAt, nonce: randomUUID() };
      await writeOpenTurn(path, { turn, workspace });
      // Two processes that found the same dead owner: the one whose file stands has the conversation.
      const standing = readOpenTurn(path)?.turn ?? turn;
      if (standing.nonce !== turn.nonce) throw busyElsewhere(standing);
      const signs = setInterval(() => void touchOpenTurn(path), SIGN_OF_LIFE_MS);
      signs.unref();
      return {
        left: before === null ? null : (before.turn.ended ?? "interrupted"),
        async end(ending) {
          clearInterval(signs);
          if (ending.kind === "settled") removeOpenTurn(path);
          else await writeOpenTurn(path, { turn: { ...turn, ended: ending.ended }, workspace });
        },
      };
    },
    forget: (key) =>
      Promise.try(() => {
        removeOpenTurn(locate(workspace, key));
      }),
  };
}

function locate(workspace: string, key: ConversationKey): string {
  locateSessionMap(workspace);
  const name = createHash("sha256").update(JSON.stringify([key.agentId, key.openclawSessionKey]));
  const path = join(stateDirOf(workspace), FOLDER, `${name.digest("hex")}.json`);
  requireKind(dirname(path), "folder");
  return path;
}

/** Of another machine's process, or a container's that was made anew under another name, only the signs of life tell. */
function isRunningElsewhere({ turn, touchedAt }: { turn: OpenTurn; touchedAt: number }): boolean {
  const { owner, ended } = turn;
  if (ended !== undefined || isCurrentProcess(owner)) return false;
  return owner.host === hostname() ? isOwnerAlive(owner) : Date.now() - touchedAt < DEAD_AFTER_MS;
}

function busyElsewhere({ owner, startedAt }: OpenTurn): ContractorError {
  return new ContractorError("session-busy", {
    message: `Another process (pid ${owner.pid} on ${owner.host}) has been in a turn of this conversation since ${startedAt}. This message was not taken.`,
    mend: "Send it again when that turn has ended, or end that process.",
    retryable: true,
  });
}
