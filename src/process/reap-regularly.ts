import type { ProcessLease } from "./lease-file.ts";
import type { ProcessLeases } from "./process-leases.ts";

const EVERY_MS = 5 * 60_000;

/** Reaps now and every five minutes, and logs what was found. Keeps the process from nothing. Returns what stops it. */
export function reapRegularly(
  leases: ProcessLeases,
  { log, everyMs = EVERY_MS }: { log: (message: string) => void; everyMs?: number },
): () => void {
  let reaping = false;
  const reap = async (): Promise<void> => {
    // What takes longer than that is told once.
    if (reaping) return;
    reaping = true;
    const { ended, left } = await leases.reap();
    reaping = false;
    if (ended.length > 0) log(`ended what an earlier process had left behind: ${namesOf(ended)}`);
    if (left.length > 0) log(`these processes could not be ended: ${namesOf(left)}`);
  };
  const timer = setInterval(() => void reap(), everyMs);
  timer.unref();
  void reap();
  return () => {
    clearInterval(timer);
  };
}

function namesOf(leases: ProcessLease[]): string {
  return leases.map(({ purpose, pid }) => `${purpose} (pid ${pid ?? "unknown"})`).join(", ");
}
