import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import type { Attempt } from "./attempt.ts";
import { destinationsOf, type Destination } from "./destinations.ts";
import { watchedCommand, type Method } from "./method.ts";
import { standSchema } from "./stand.ts";
import { readStraceAttempts } from "./strace-attempts.ts";
import { targetId } from "./attempt.ts";

export type Loudness = "quiet" | "loud";

export type AuditRun = {
  loudness: Loudness;
  destinations: Destination[];
  /** What of the conversation did not go as it should: then it has not shown what it was held for. */
  problems: string[];
  pageVisits: number;
};

export type AuditOptions = {
  method: Method;
  /** The root of a world with contractors in which nothing runs. */
  template: string;
  /** Where what was seen is kept. */
  folder: string;
  idleSeconds: number;
};

const CONVERSATION = path.join(import.meta.dirname, "conversation-program.ts");

const targetSchema = z.union([
  z.object({ address: z.string(), port: z.number() }),
  z.object({ name: z.string() }),
]);

const watchedSchema = z.object({
  attempts: z.array(z.object({ target: targetSchema, lineage: z.array(z.string()) })),
  names: z.record(z.string(), z.string()),
});

/** Holds the conversation under watch, with the quiet switches or without them. */
export async function runAudit(options: AuditOptions, loudness: Loudness): Promise<AuditRun> {
  const { method, template, idleSeconds } = options;
  const folder = path.join(options.folder, loudness);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const files = { trace: path.join(folder, "trace.strace"), watched: path.join(folder, "watched.json") };
  const conversation = [process.execPath, CONVERSATION, template, folder, String(idleSeconds), loudness];
  const [program = "", ...rest] = watchedCommand(method, { command: conversation, ...files });
  await execa(program, rest, { stdin: "ignore", stdout: "inherit", stderr: "inherit" });

  const stand = standSchema.parse(await readJson(path.join(folder, "stand.json")));
  const { attempts: seen, names } =
    method.namespace === null
      ? { attempts: [], names: {} }
      : watchedSchema.parse(await readJson(files.watched));
  const traced = method.strace ? await readStraceAttempts(files.trace) : [];
  const { problems, pageVisits } = stand;
  const destinations = destinationsOf(together(traced, seen), { stand, names });
  return { loudness, destinations, problems, pageVisits };
}

/** What arrived in the closed network and is in no trace counts as well; the others would be counted twice. */
function together(traced: Attempt[], seen: Attempt[]): Attempt[] {
  const known = new Set(traced.map(({ target }) => targetId(target)));
  return [...traced, ...seen.filter(({ target }) => !known.has(targetId(target)))];
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, "utf8")) as unknown;
}
