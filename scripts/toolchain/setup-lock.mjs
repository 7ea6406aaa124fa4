import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Longer than any install takes: a lock this old was left behind, whatever its process id means by now. */
const STALE_AFTER_MS = 20 * 60_000;
const POLL_MS = 250;

/** Sets up in one process at a time: two `npm ci` in one folder destroy each other's node_modules. */
export async function withSetupLock(root, setUp) {
  const lock = join(root, ".toolchain", "setup.lock");
  mkdirSync(join(root, ".toolchain"), { recursive: true });
  let announced = false;
  while (!tryToTake(lock)) {
    if (isStale(lock)) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!announced) console.error(`setting up: waiting for another process that sets up (${lock})`);
    announced = true;
    await sleep(POLL_MS);
  }
  try {
    return await setUp();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryToTake(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function isStale(lock) {
  try {
    const age = Date.now() - statSync(lock).mtimeMs;
    const holder = Number(readFileSync(lock, "utf8"));
    // Our own id was another process's before us. An empty file is a lock that is being written.
    return age > STALE_AFTER_MS || holder === process.pid || (holder > 0 && !isAlive(holder));
  } catch {
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
