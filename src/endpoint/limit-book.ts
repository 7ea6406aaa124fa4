import { readFileSync } from "node:fs";
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { LIMIT_CODES, type LimitCode } from "../errors/api-refusal.ts";
import { CLAUDE_LOGIN } from "../config/endpoint-schema.ts";
import { PLUGIN_ID } from "../config/identifiers.ts";

const MINUTE = 60_000;
/** How long an endpoint is left alone that does not say for how long. */
const UNTOLD_MS = { "agent-limit": 5 * MINUTE, "agent-overloaded": MINUTE } as const satisfies Record<
  LimitCode,
  number
>;

const noteSchema = z.strictObject({
  /** A profile's name, or `subscription`. */
  endpoint: z.string().min(1),
  /** Claude Code's own folder, where a login is one of several; empty for the user's own. */
  configDir: z.string(),
  code: z.enum(LIMIT_CODES),
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  /** False where `until` is only when it is tried again. */
  told: z.boolean(),
});
const fileSchema = z.looseObject({ limits: z.array(noteSchema) });

/** An endpoint that took no requests, and until when it is left alone. */
export type LimitNote = z.infer<typeof noteSchema>;

/** What a limit holds for: all contractors that share an endpoint, or a login. */
export type LimitHolder = Pick<LimitNote, "endpoint" | "configDir">;

/** A login is one of its own folder; an endpoint's limit is that of its key. */
export function limitHolderOf(endpoint: string, claudeConfigDir: string | undefined): LimitHolder {
  return { endpoint, configDir: endpoint === CLAUDE_LOGIN ? (claudeConfigDir ?? "") : "" };
}

export type NewLimit = LimitHolder & { code: LimitCode; resetAt: Date | undefined };

/** Which endpoints are at their limit: known in memory, and kept in a file for `status` and for the next Gateway. */
export type LimitBook = {
  /** The limit that holds now; null when none does. */
  limitOf(holder: LimitHolder): LimitNote | null;
  note(limit: NewLimit): LimitNote;
  /** It has answered. */
  clear(holder: LimitHolder): void;
  /** Those that hold now. */
  list(): LimitNote[];
  /** Resolves when everything noted is on disk. */
  flush(): Promise<void>;
};

/** Problems with the file go to `log`: a limit that is not remembered is met again. */
export function createLimitBook(options: {
  path: string;
  log: (message: string) => void;
  now?: () => Date;
}): LimitBook {
  const { path, log, now = () => new Date() } = options;
  const known = new Map(readLimitNotes(path).map((note) => [idOf(note), note]));
  let written: Promise<void> = Promise.resolve();

  function current(): LimitNote[] {
    for (const [id, { until }] of known) if (Date.parse(until) <= now().getTime()) known.delete(id);
    return [...known.values()];
  }

  function keep(): void {
    const limits = current();
    written = written
      .then(() => writeNotes(path, limits))
      .catch((cause: unknown) => {
        log(`limits of endpoints could not be kept in ${path}: ${String(cause)}`);
      });
  }

  return {
    limitOf: (holder) => current().find((note) => idOf(note) === idOf(holder)) ?? null,
    note({ endpoint, configDir, code, resetAt }) {
      const since = now();
      const until = resetAt ?? new Date(since.getTime() + UNTOLD_MS[code]);
      const note = { endpoint, configDir, code, since: since.toISOString(), until: until.toISOString() };
      const noted = { ...note, told: resetAt !== undefined };
      known.set(idOf(noted), noted);
      keep();
      return noted;
    },
    clear(holder) {
      if (known.delete(idOf(holder))) keep();
    },
    list: current,
    flush: () => written,
  };
}

export function limitsPathOf(stateDir: string): string {
  return join(stateDir, PLUGIN_ID, "limits.json");
}

/** What a Gateway has noted; nothing where there is no file, or none that can be read. */
function readLimitNotes(path: string): LimitNote[] {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, "utf8"))).limits;
  } catch {
    return [];
  }
}

/** Whether the file holds what a Gateway noted; one that is not there does. */
export function canReadLimitNotes(path: string): boolean {
  try {
    return fileSchema.safeParse(JSON.parse(readFileSync(path, "utf8"))).success;
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
  }
}

async function writeNotes(path: string, limits: LimitNote[]): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(draft, `${JSON.stringify({ limits }, null, 2)}\n`, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, path);
}

function idOf({ endpoint, configDir }: LimitHolder): string {
  return `${endpoint} ${configDir}`;
}
