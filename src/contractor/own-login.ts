import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { OWN_LOGIN_MARK, PLUGIN_ID } from "../config/identifiers.ts";

/**
 * While this file is there, the host knows by the manifest's `authEvidence` that contractors need no key: it lists their
 * models, and `/btw` asks them. `stateDir`: OpenClaw's. Throws what the file system says.
 */
export function putOwnLoginMark(stateDir: string): void {
  const path = markIn(stateDir);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, "", { mode: 0o600 });
}

/** Idempotent. */
export function removeOwnLoginMark(stateDir: string): void {
  rmSync(markIn(stateDir), { force: true });
}

function markIn(stateDir: string): string {
  return join(stateDir, PLUGIN_ID, OWN_LOGIN_MARK);
}
