import { z } from "zod";
import { sessionMapEntrySchema, type SessionMapEntry } from "./session-map-entry.ts";
import { decodeUtf8 } from "./session-map-file.ts";

/**
 * What one durable change does to a map: first the agent's entries go, then the whole new entries take the place of
 * those with the same conversation and Claude session. Applied a second time, a run of changes changes nothing more.
 */
export type SessionMapChange = { removeAgent?: string | undefined; upsert: SessionMapEntry[] };

export type ParsedJournal = {
  changes: SessionMapChange[];
  /** Where the last whole line ends; what follows was torn off in the middle of an append. */
  bytes: number;
  /** What is wrong with a whole line, as a clause that follows the file's name; null when nothing is. */
  problem: string | null;
};

// Strict: what a line means that this version does not know cannot be guessed.
const changeSchema = z.strictObject({
  removeAgent: z.string().min(1).optional(),
  upsert: z.array(sessionMapEntrySchema).default([]),
});

const NEWLINE = 0x0a;

export function encodeChange(change: SessionMapChange): Buffer {
  return Buffer.from(`${JSON.stringify(change)}\n`);
}

/** Every readable line, also those behind an unreadable one: each stands for itself. */
export function parseJournal(content: Buffer): ParsedJournal {
  const parsed: ParsedJournal = { changes: [], bytes: content.lastIndexOf(NEWLINE) + 1, problem: null };
  let number = 0;
  for (let start = 0; start < parsed.bytes; number += 1) {
    const end = content.indexOf(NEWLINE, start);
    const change = parseLine(content.subarray(start, end));
    if (change === null) parsed.problem ??= `has an unreadable line ${number + 1}`;
    else parsed.changes.push(change);
    start = end + 1;
  }
  return parsed;
}

function parseLine(line: Buffer): SessionMapChange | null {
  try {
    return changeSchema.parse(JSON.parse(decodeUtf8(line)));
  } catch {
    return null;
  }
}
