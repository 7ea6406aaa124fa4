import { lstat, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod/mini";

const leaseSchema = z.object({
  version: z.literal(1),
  /** Random. The process and whatever it starts carry it in their environment. */
  id: z.string().check(z.regex(/^[0-9a-f-]{36}$/)),
  /** What the process is for, in words for a log. */
  purpose: z.string(),
  /** ISO timestamp. */
  startedAt: z.string(),
  /** Program and arguments, joined by spaces; once the process runs, as the system tells them. */
  command: z.string(),
  /** Null before the process runs. */
  pid: z.nullable(z.int().check(z.minimum(2))),
  /** As `ProcessIdentity` has it; null before the process runs, and where it could not be told. */
  startTime: z.nullable(z.string()),
  /** The process that started it and sees to its end. */
  owner: z.object({ pid: z.int(), host: z.string(), startTime: z.nullable(z.string()) }),
});

/** A process that was started and has to be ended, as it is on disk. */
export type ProcessLease = z.infer<typeof leaseSchema>;

/** A file in the folder of leases. `lease` is null for one that cannot be read, or is no lease. */
export type LeaseFile = {
  path: string;
  lease: ProcessLease | null;
  /** Milliseconds since the last sign of life of its owner. */
  age: number;
};

/** Whole or not at all; a killed process is what it is for, not a power cut, so nothing is fsynced. */
export async function writeLease(folder: string, lease: ProcessLease): Promise<void> {
  const path = pathOf(folder, lease);
  const temporary = `${path}.tmp`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(temporary, JSON.stringify(lease), { mode: 0o600 });
    await rename(temporary, path);
  } catch (cause) {
    // The first failure is the one to tell.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cause;
  }
}

/** Best effort: a lease whose processes are gone ends nobody. */
export async function removeLease(folder: string, lease: ProcessLease): Promise<void> {
  await removeLeaseFile(pathOf(folder, lease));
}

export async function removeLeaseFile(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

/** A sign of life. False when the file is not there any more. */
export async function touchLease(folder: string, lease: ProcessLease): Promise<boolean> {
  const now = new Date();
  return utimes(pathOf(folder, lease), now, now).then(
    () => true,
    () => false,
  );
}

/** Everything in the folder but what another user put there, which is nobody's order to end anything. */
export async function readLeaseFiles(folder: string): Promise<LeaseFile[]> {
  // Nothing was ever leased here, or the folder cannot be read.
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(names.map((name) => readLeaseFile(join(folder, name))));
  return files.flat();
}

async function readLeaseFile(path: string): Promise<LeaseFile[]> {
  try {
    const { uid, mtimeMs } = await lstat(path);
    if (uid !== (process.getuid?.() ?? uid)) return [];
    // What is left of a write that was cut short is no lease.
    const text = path.endsWith(".json") ? await readFile(path, "utf8").catch(() => "") : "";
    return [{ path, lease: parse(text), age: Date.now() - mtimeMs }];
  } catch {
    // Gone since it was listed.
    return [];
  }
}

function parse(text: string): ProcessLease | null {
  try {
    return leaseSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function pathOf(folder: string, { id }: ProcessLease): string {
  return join(folder, `${id}.json`);
}
