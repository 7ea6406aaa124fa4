import { rm } from "node:fs/promises";
import { asStateError, errnoOf } from "./session-map-file.ts";
import { journalPathOf, removeJournal } from "./session-map-journal.ts";
import type { Damage, SessionMapState } from "./session-map-state.ts";
import type { SessionMapIncident } from "./session-map-store.ts";
import { linkOrCopy, writeSnapshot } from "./session-map-snapshot.ts";

const INCIDENTS_KEPT = 5;

export type Repair = { state: SessionMapState; now: Date; assertHeld: () => Promise<void> };

/**
 * Gives the damaged files a second name and then writes what could be saved in their place: the map is never missing,
 * and when the disk is full the damaged files stay where they are. Callers hold the lock.
 */
export async function repairSessionMap(path: string, { state, now, assertHeld }: Repair): Promise<void> {
  const { index } = state;
  const sessions = index.all();
  const aside: string[] = [];
  const incidents = index.rest.incidents ?? [];
  const recorded: SessionMapIncident[] = [];
  try {
    for (const damage of state.damages) {
      const movedTo = await setAside(path, { damage, now });
      aside.push(movedTo);
      const { problem } = damage;
      recorded.push({ at: now.toISOString(), movedTo, problem, restored: sessions.length });
    }
    const kept = [...incidents, ...recorded].slice(-INCIDENTS_KEPT);
    await writeSnapshot(path, {
      map: { ...index.rest, sessions, incidents: kept },
      beforeRename: assertHeld,
    });
  } catch (cause) {
    for (const name of aside) await rm(name, { force: true }).catch(() => undefined);
    throw asStateError(cause, { path, doing: "moved aside" });
  }
  // Its readable lines are in the snapshot now.
  await removeJournal(journalPathOf(path));
}

async function setAside(path: string, { damage, now }: { damage: Damage; now: Date }): Promise<string> {
  const name = `${path}.damaged-${now.toISOString().replaceAll(":", "-")}`;
  for (let number = 1; ; number += 1) {
    const target = number === 1 ? name : `${name}-${number}`;
    try {
      await linkOrCopy(damage.path, target);
      return target;
    } catch (cause) {
      if (errnoOf(cause) !== "EEXIST") throw cause;
    }
  }
}
