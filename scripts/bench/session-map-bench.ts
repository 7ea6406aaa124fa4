// What the session map costs a turn, at several lengths of the map, alternating, on the disk of the temporary folder.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  createFileSessionMapStore,
  type FileSessionMapStoreOptions,
} from "../../src/contractor/session-map/file-session-map-store.ts";
import { ensureStateDir, sessionMapPathOf } from "../../src/contractor/runtime-state.ts";
import type { SessionMapEntry } from "../../src/contractor/session-map/session-map-entry.ts";
import type { SessionMapStore } from "../../src/contractor/session-map/session-map-store.ts";
import { mapEntry } from "./session-map-entries.ts";

const LENGTHS = [10, 1000, 10_000];
const TURNS_PER_ROUND = 10;
const GUEST = "guest";

/** Milliseconds. */
export type SessionMapSample = {
  length: number;
  warmTurn: number[];
  firstTurn: number[];
  coldLoad: number[];
};

export const SESSION_MAP_FIGURES = {
  warmTurn: "warm turn: get and touch",
  firstTurn: "first turn: get and install",
  coldLoad: "first look: read and get",
} as const;

type Stand = { options: FileSessionMapStoreOptions; store: SessionMapStore; sample: SessionMapSample };

/** `rounds` rounds of ten warm turns, ten first turns and one first look at each length, after one that is not counted. */
export async function measureSessionMap(rounds: number): Promise<SessionMapSample[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "session-map-bench-"));
  try {
    const stands: Stand[] = [];
    for (const length of LENGTHS) stands.push(await openStand(folder, length));
    for (let round = 0; round <= rounds; round += 1) {
      if (round === 1) for (const stand of stands) stand.sample = emptySample(stand.sample.length);
      for (const stand of stands) await runRound(stand, round);
    }
    for (const { store } of stands) await store.flush();
    return stands.map(({ sample }) => sample);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function emptySample(length: number): SessionMapSample {
  return { length, warmTurn: [], firstTurn: [], coldLoad: [] };
}

async function openStand(folder: string, length: number): Promise<Stand> {
  const options = { workspace: path.join(folder, String(length)) };
  await mkdir(options.workspace);
  await ensureStateDir(options.workspace);
  const sessions = Array.from({ length }, (_, number) => entryOf("dev", number));
  await writeFile(sessionMapPathOf(options.workspace), JSON.stringify({ version: 1, sessions }, null, 2));
  return { options, store: createFileSessionMapStore(options), sample: emptySample(length) };
}

async function runRound({ options, store, sample }: Stand, round: number): Promise<void> {
  await store.list(GUEST);
  for (let turn = 0; turn < TURNS_PER_ROUND; turn += 1) {
    const key = entryOf("dev", (round * TURNS_PER_ROUND + turn) % sample.length);
    sample.warmTurn.push(
      await timed(async () => {
        const entry = await store.get(key);
        await store.touch({
          key,
          claudeSessionId: entry?.claudeSessionId ?? "",
          at: new Date().toISOString(),
        });
      }),
    );
  }
  for (let turn = 0; turn < TURNS_PER_ROUND; turn += 1) {
    const entry = entryOf(GUEST, turn);
    sample.firstTurn.push(
      await timed(async () => {
        await store.get(entry);
        await store.install(entry, { expected: null, endedBy: "superseded" });
      }),
    );
  }
  // The map keeps its length.
  await store.removeAgent(GUEST);
  sample.coldLoad.push(await timed(() => createFileSessionMapStore(options).get(entryOf("dev", 0))));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function entryOf(agentId: string, number: number): SessionMapEntry {
  return mapEntry({ agentId, workspace: "/srv/code/app", number });
}
