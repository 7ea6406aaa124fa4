import { resolve } from "node:path";
import { ensureStateDir, locateSessionMap, sessionMapPathOf } from "../runtime-state.ts";
import { openSessionMap, type SessionMapAccess, type SessionMapPlace } from "./session-map-access.ts";
import { createFlushTimer } from "./session-map-flush-timer.ts";
import { createPreparedClose, NOTHING_TO_CLOSE } from "./session-map-prepared-close.ts";
import { inTurn, turnsOf } from "./session-map-queue.ts";
import { entriesOf, incidentsOf, listOf } from "./session-map-reads.ts";
import { DEFAULT_RETENTION, type Retention } from "./session-map-retention.ts";
import { createSharedHold } from "./session-map-shared-hold.ts";
import type { SessionActivity, SessionMapStore } from "./session-map-store.ts";
import { createPendingTouches, touched, type PendingTouches } from "./session-map-touches.ts";
import { activeOf, checkEntry, endActive, installEntry, latestOf, leftAt } from "./session-map.ts";

const LOCK_WAIT_MS = 10_000;
const FLUSH_MS = 5000;
const WHOLE_BELOW_BYTES = 65_536;

export type FileSessionMapStoreOptions = (
  | {
      /** The map file itself; its folder must exist before the first `install`. */
      path: string;
    }
  | {
      /** A workspace: `install` makes the state folder when it is missing, and no symlink below the workspace is followed. */
      workspace: string;
    }
) & {
  /** Milliseconds that a write waits, in all, for a lock that somebody else holds. */
  lockWaitMs?: number;
  /** Milliseconds until what `touch` noted is written, when nothing else is written before. */
  flushMs?: number;
  /** A map file shorter than this is written whole at each durable change; a longer one gets a journal. */
  wholeBelowBytes?: number;
  /** How much history to keep; asked at each writing of the map file. */
  retention?: () => Retention;
  now?: () => Date;
};

/**
 * The session map in a file that several processes may use at once: a lock around every read-modify-write, none
 * around a read. A read costs two looks at the files' times while nobody has changed them.
 *
 * Errors: as `SessionMapStore` says; with a workspace also `workspace-missing` and `workspace-not-a-folder`.
 */
export function createFileSessionMapStore(options: FileSessionMapStoreOptions): SessionMapStore {
  const { lockWaitMs = LOCK_WAIT_MS, flushMs = FLUSH_MS, wholeBelowBytes = WHOLE_BELOW_BYTES } = options;
  const { retention = () => DEFAULT_RETENTION, now = () => new Date() } = options;
  const touches = createPendingTouches();
  const policy = { wholeBelowBytes, retention, now };
  const map = openSessionMap({ place: placeOf(options), touches, policy, lockWaitMs });
  const writeTouches = (): Promise<void> => map.edit(() => undefined);
  const timer = createFlushTimer({ flushMs, flush: writeTouches, isIdle: touches.isEmpty });
  const order = Symbol("the calls that change this store");
  const inOrder = <Result>(job: () => Promise<Result>): Promise<Result> => inTurn(order, job);
  const share = createSharedHold(() => inOrder(map.hold));

  return {
    get: (key) => map.read((index) => activeOf(entriesOf(index, { key, touches }))),
    latest: (key) => map.read((index) => latestOf(entriesOf(index, { key, touches }))),
    leftAt: (key, endpoint) => map.read((index) => leftAt(entriesOf(index, { key, touches }), endpoint)),
    list: (agentId) => map.read((index) => listOf(index, { agentId, touches })),
    incidents: () => map.read(incidentsOf),
    install: async (given, { expected, endedBy }) => {
      const entry = checkEntry(given);
      const edit = { entry, expected, ending: { by: endedBy, at: now() } };
      return inOrder(() => map.edit((draft) => installEntry(draft, edit), { creates: true }));
    },
    touch: async (given) => {
      const activity = structuredClone(given);
      return inOrder(async () => {
        const isActive = await note(activity, { map, touches });
        if (isActive) timer.start();
        return isActive;
      });
    },
    close: (key, endedBy) =>
      inOrder(() => map.edit((draft) => endActive(draft, { key, ending: { by: endedBy, at: now() } }))),
    async prepareClose(key, endedBy) {
      const held = await share();
      return held === null ? NOTHING_TO_CLOSE : createPreparedClose(held, { key, endedBy, touches, now });
    },
    removeAgent: (agentId) => inOrder(() => map.edit((draft) => draft.removeAgent(agentId))),
    flush: async () => {
      await turnsOf(order);
      if (touches.isEmpty() && !map.hasJournal()) return;
      await map.edit(() => undefined, { folds: true });
    },
  };
}

async function note(
  activity: SessionActivity,
  { map, touches }: { map: SessionMapAccess; touches: PendingTouches },
): Promise<boolean> {
  const { key, claudeSessionId } = activity;
  const active = await map.read((index) => activeOf(entriesOf(index, { key, touches })));
  if (active?.claudeSessionId !== claudeSessionId) return false;
  checkEntry(touched(active, activity));
  touches.add(activity);
  return true;
}

function placeOf(options: FileSessionMapStoreOptions): SessionMapPlace {
  if ("path" in options) {
    return { name: resolve(options.path), locate: () => Promise.resolve(options.path) };
  }
  const { workspace } = options;
  return {
    name: resolve(sessionMapPathOf(workspace)),
    async locate(creates) {
      if (creates) await ensureStateDir(workspace);
      return locateSessionMap(workspace);
    },
  };
}
