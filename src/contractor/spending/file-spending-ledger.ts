import { resolve } from "node:path";
import { unexpectedFailure } from "../../errors/unexpected-failure.ts";
import type { ContractorError } from "../../errors/contractor-error.ts";
import { ensureStateDir, locateUsage, usagePathOf } from "../runtime-state.ts";
import { createFlushTimer } from "../session-map/session-map-flush-timer.ts";
import { acquireSessionMapLock, type LockedThing } from "../session-map/session-map-lock.ts";
import { inTurn } from "../session-map/session-map-queue.ts";
import { dayOf, nextDayBegins } from "./local-day.ts";
import { createPendingSpending } from "./pending-spending.ts";
import { agentSpendingOf, spentOf, withNotes, withoutAgent, withResetAgent } from "./spending-account.ts";
import {
  emptySpending,
  identityOf,
  moveAside,
  readSpending,
  writeSpending,
  type SpendingFile,
} from "./spending-file.ts";
import type { SpendingLedger } from "./spending-ledger.ts";

const LOCK_WAIT_MS = 10_000;
const FLUSH_MS = 5000;
const LOCKED_THING: LockedThing = { name: "account of what was used", code: "usage-locked" };

export type FileSpendingLedgerOptions = {
  workspace: string;
  now?: () => Date;
  /** Whose midnight begins a day; this machine's unless given. */
  timeZone?: string;
  /** Milliseconds until what was noted is written. */
  flushMs?: number;
  lockWaitMs?: number;
  /** Hears when what was noted could not be written; it is tried again. */
  onProblem?: (error: ContractorError) => void;
};

/**
 * The ledger in `usage.json` of the workspace's state folder. Several processes may write it at once: a lock is around
 * each read, change and write, and never around anything else.
 */
export function createFileSpendingLedger(options: FileSpendingLedgerOptions): SpendingLedger {
  const { workspace, now = () => new Date(), flushMs = FLUSH_MS, lockWaitMs = LOCK_WAIT_MS } = options;
  const timeZone = options.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const pending = createPendingSpending();
  const order = Symbol(resolve(usagePathOf(workspace)));
  let known: { identity: string; file: SpendingFile } = { identity: "", file: emptySpending() };
  let unwritten = false;

  const today = (): string => dayOf(now(), timeZone);

  async function load(): Promise<SpendingFile> {
    const path = locateUsage(workspace);
    // Before the read: what is written in between is read once more the next time.
    const identity = identityOf(path);
    if (known.identity !== identity) known = { identity, file: await readSpending(path) };
    return known.file;
  }

  async function change(
    edit: (path: string) => Promise<SpendingFile>,
    onWritten: () => void = () => undefined,
  ): Promise<void> {
    await ensureStateDir(workspace);
    const path = locateUsage(workspace);
    const lock = await acquireSessionMapLock(path, performance.now() + lockWaitMs, LOCKED_THING);
    try {
      const file = await edit(path);
      await writeSpending(path, { file, beforeRename: lock.assertHeld });
      known = { identity: identityOf(path), file };
      onWritten();
    } finally {
      await lock.release();
    }
  }

  async function write(): Promise<void> {
    if (pending.isEmpty()) return;
    try {
      await pending.writeWith((notes, onWritten) =>
        change(async (path) => withNotes(await readSpending(path), notes, now()), onWritten),
      );
      unwritten = false;
    } catch (cause) {
      const error = unexpectedFailure(cause);
      if (!unwritten) options.onProblem?.(error);
      unwritten = true;
      throw error;
    }
  }

  const flush = (): Promise<void> => inTurn(order, write);
  const timer = createFlushTimer({ flushMs, flush, isIdle: pending.isEmpty });

  return {
    flush,
    clock() {
      const instant = now();
      return { now: instant, nextDay: nextDayBegins(instant, timeZone), timeZone };
    },
    read: (key) =>
      inTurn(order, async () => {
        if (unwritten) await write();
        return spentOf(await load(), { key, day: today(), notes: pending.all() });
      }),
    current: (key) => spentOf(known.file, { key, day: today(), notes: pending.all() }),
    add(key, amount) {
      pending.add({ key: { ...key }, day: today(), at: now().toISOString(), amount });
      timer.start();
    },
    agent: (agentId) =>
      inTurn(order, async () =>
        agentSpendingOf(withNotes(await load(), pending.all(), now()), agentId, today()),
      ),
    resetAgent: (agentId) =>
      inTurn(order, async () => {
        let movedTo: string | null = null;
        await change(async (path) => {
          const file = await readSpending(path).catch(async () => {
            movedTo = await moveAside(path, now());
            return emptySpending();
          });
          return withResetAgent(file, agentId, now().toISOString());
        });
        return { movedTo };
      }),
    removeAgent: (agentId) =>
      inTurn(order, async () => {
        if (identityOf(locateUsage(workspace)) === "-") return;
        await change(async (path) => withoutAgent(await readSpending(path), agentId));
      }),
  };
}
