import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { ConversationKey } from "../../src/contractor/session-map/session-map-store.ts";

export type Owner = { pid: number; host: string; startTime: string | null };

export function openTurnPathOf(workspace: string, key: ConversationKey): string {
  const name = createHash("sha256").update(JSON.stringify([key.agentId, key.openclawSessionKey]));
  return join(workspace, ".openclaw/contractor-agent/open-turns", `${name.digest("hex")}.json`);
}

/** What a process leaves on disk that is in a turn, or was when it was killed. */
export async function leaveTurn(
  workspace: string,
  turn: { key: ConversationKey; owner: Owner },
): Promise<void> {
  const path = openTurnPathOf(workspace, turn.key);
  const facts = { ...turn.key, owner: turn.owner, startedAt: "2026-01-01T00:00:00.000Z", nonce: "left" };
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(facts));
}

/** A process that has ended. */
export async function deadOwner(): Promise<Owner> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return { pid: child.pid ?? 0, host: hostname(), startTime: "1" };
}

/** A process that lives until the test ends, or `kill` is called. */
export async function livingOwner(): Promise<Owner & { kill: () => Promise<void> }> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e9)"]);
  await once(child, "spawn");
  const kill = async (): Promise<void> => {
    if (child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  };
  onTestFinished(kill);
  const { pid = 0 } = child;
  const stat = await readFile(`/proc/${pid}/stat`, "latin1");
  const startTime = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  return { pid, host: hostname(), startTime, kill };
}
