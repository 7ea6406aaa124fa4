import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { claudeConfigFolder } from "./claude-transcripts.ts";

const DEFAULT_CLEANUP_DAYS = 30;
const DAY_MS = 86_400_000;

/** How long Claude Code keeps the transcripts of sessions in one folder. */
export type TranscriptRetention = {
  /** Null: it deletes none, because it refuses the value that is set. */
  days: number | null;
  /** The settings file that says so, or the user's, which may say something else. */
  settingsPath: string;
};

/**
 * When Claude Code deletes a transcript that was last written at `writtenAt`; null: never. Its cleanup runs when a Claude
 * Code process starts, so a day in the past means "with the next one".
 */
export function transcriptExpiry(writtenAt: Date, retention: TranscriptRetention): Date | null {
  return retention.days === null ? null : new Date(writtenAt.getTime() + retention.days * DAY_MS);
}

/** Whether a person should be told now: a week ahead, or a third of the period where that is less. */
export function expiresSoon(expiry: Date, { days, now }: { days: number; now: Date }): boolean {
  return expiry.getTime() - now.getTime() <= Math.min(7, days / 3) * DAY_MS;
}

/**
 * What Claude Code's settings say for sessions in `workspace`: the most specific file that sets `cleanupPeriodDays` counts.
 * A file that is missing or unreadable counts as one that does not.
 */
export async function readTranscriptRetention(
  workspace: string,
  environment: Record<string, string>,
): Promise<TranscriptRetention> {
  const userSettings = join(claudeConfigFolder(environment), "settings.json");
  const project = join(workspace, ".claude");
  for (const settingsPath of [
    join(project, "settings.local.json"),
    join(project, "settings.json"),
    userSettings,
  ]) {
    const days = await cleanupDaysIn(settingsPath);
    if (days !== undefined) return { days, settingsPath };
  }
  return { days: DEFAULT_CLEANUP_DAYS, settingsPath: userSettings };
}

const settingsSchema = z.looseObject({ cleanupPeriodDays: z.unknown() });
/** What Claude Code accepts. With any other value, it pauses its cleanup. */
const cleanupDaysSchema = z.int().positive();

async function cleanupDaysIn(path: string): Promise<number | null | undefined> {
  const settings = settingsSchema.safeParse(await jsonIn(path)).data;
  if (settings?.cleanupPeriodDays === undefined) return undefined;
  return cleanupDaysSchema.safeParse(settings.cleanupPeriodDays).data ?? null;
}

async function jsonIn(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}
