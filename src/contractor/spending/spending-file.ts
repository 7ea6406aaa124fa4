import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import {
  asStateError,
  decodeUtf8,
  examine,
  readStateFile,
  requireKind,
  stateUnusable,
  syncFolder,
  temporaryPathOf,
  writeNewFile,
} from "../session-map/session-map-file.ts";
import { firstProblemOf } from "../session-map/session-map-snapshot.ts";

const SPENDING_VERSION = 1;

const tally = z.looseObject({
  usd: z.number().nonnegative(),
  tokens: z.int().nonnegative(),
  turns: z.int().nonnegative(),
});

const sessionSchema = tally.extend({
  openclawSessionKey: z.string().min(1),
  /** Absent in a conversation that was never reset. */
  life: z.string().optional(),
  lastActivityAt: z.iso.datetime(),
});

const agentSchema = z.looseObject({
  /** From then on `total` counts. */
  since: z.iso.datetime(),
  total: tally,
  /** By local date, `YYYY-MM-DD`. */
  days: z.record(z.iso.date(), tally),
  sessions: z.array(sessionSchema),
});

/** By agent id: several contractors may work in one folder. Unknown fields are kept. */
const fileSchema = z.looseObject({
  version: z.literal(SPENDING_VERSION),
  agents: z.record(z.string(), agentSchema),
});

export type SpendingFile = z.infer<typeof fileSchema>;
export type AgentAccount = z.infer<typeof agentSchema>;
export type SessionAccount = z.infer<typeof sessionSchema>;

export function emptySpending(): SpendingFile {
  return { version: SPENDING_VERSION, agents: {} };
}

/** Without a file nothing was used. Errors: `state-unusable`; what cannot be read is never taken for nothing. */
export async function readSpending(path: string): Promise<SpendingFile> {
  requireKind(path, "file");
  const bytes = await readStateFile(path);
  if (bytes === null) return emptySpending();
  const parsed = fileSchema.safeParse(jsonOf(bytes, path));
  if (parsed.success) return parsed.data;
  throw stateUnusable(path, { problem: `holds no usage (${firstProblemOf(parsed.error)})` });
}

/** Changes whenever the file does. Errors: `state-unusable`. */
export function identityOf(path: string): string {
  const stats = examine(path, "file");
  return stats === null ? "-" : `${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
}

/** Replaces the file as a whole; a failed write leaves what was there. Callers hold the lock. Errors: `state-unusable`. */
export async function writeSpending(
  path: string,
  { file, beforeRename }: { file: SpendingFile; beforeRename: () => Promise<void> },
): Promise<void> {
  requireKind(path, "file");
  const temporary = temporaryPathOf(path);
  try {
    await writeNewFile(temporary, { content: `${JSON.stringify(file, null, 2)}\n`, sync: true });
    await beforeRename();
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw asStateError(cause, { path, doing: "written" });
  }
  await syncFolder(dirname(path));
}

/** Gives a file that cannot be read another name; that name. */
export async function moveAside(path: string, now: Date): Promise<string> {
  const aside = `${path}.damaged-${now.toISOString().replaceAll(/[:.]/g, "-")}`;
  try {
    await rename(path, aside);
  } catch (cause) {
    throw asStateError(cause, { path, doing: "moved aside" });
  }
  return aside;
}

function jsonOf(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch (cause) {
    throw stateUnusable(path, { problem: bytes.length === 0 ? "is empty" : "is not JSON", cause });
  }
}
