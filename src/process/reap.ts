// The program of the guard: ends what its owner left behind. The owner is dying when this starts, and may take a
// moment to be dead.

import { setTimeout as delay } from "node:timers/promises";
import { isOwnerAlive, type ProcessOwner } from "./process-owner.ts";
import { reapOrphans } from "./reaper.ts";

const OWNER_END_MS = 5_000;

const { LEASE_FOLDER: folder = "", LEASE_OWNER: owner = "" } = process.env;
await awaitEnd(JSON.parse(owner) as ProcessOwner);
await reapOrphans(folder);

async function awaitEnd(dying: ProcessOwner): Promise<void> {
  const deadline = Date.now() + OWNER_END_MS;
  while (isOwnerAlive(dying) && Date.now() < deadline) await delay(20);
}
