import { lstat, stat } from "node:fs/promises";
import type { ContractorConfig } from "../config/schema.ts";
import {
  expiresSoon,
  readTranscriptRetention,
  transcriptExpiry,
  type TranscriptRetention,
} from "../contractor/claude-retention.ts";
import { expectedTranscriptPath } from "../contractor/claude-transcripts.ts";
import type { SessionMapEntry } from "../contractor/session-map/session-map-entry.ts";
import type { SessionMapIncident, SessionMapStore } from "../contractor/session-map/session-map-store.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import { mapConcurrently } from "./map-concurrently.ts";

/** Enough to keep the disk busy, far from the limit of open files. */
const LOOKS_AT_ONCE = 32;

/** What may cost a contractor its conversations, one sentence or two each: transcripts that end soon, damaged maps. */
export async function sessionWarnings(
  context: HostCliContext,
  of: { contractor: ContractorConfig; store: SessionMapStore; entries: SessionMapEntry[] },
): Promise<string[]> {
  const { contractor, store, entries } = of;
  const environment = context.claudeEnvironmentOf(contractor);
  const active = entries.filter(({ state }) => state === "active");
  const retention = await readTranscriptRetention(contractor.workspace, environment);
  const expiries = await soonExpiries({ active, retention, environment, now: context.now() });
  const incidents = await openIncidents(store);
  return [
    ...(expiries.length === 0 ? [] : [expiryWarning(expiries, { retention, now: context.now() })]),
    ...incidents.map(incidentWarning),
  ];
}

async function soonExpiries(looked: {
  active: SessionMapEntry[];
  retention: TranscriptRetention;
  environment: Record<string, string>;
  now: Date;
}): Promise<Date[]> {
  const { active, retention, environment, now } = looked;
  const { days } = retention;
  if (days === null) return [];
  const expiries = await mapConcurrently(active, LOOKS_AT_ONCE, async (entry) => {
    const path = entry.transcript ?? expectedTranscriptPath(entry, environment);
    // One that is not there, or not to be seen for this user, cannot be said to end.
    const stats = await stat(path).catch(() => null);
    return stats === null ? null : transcriptExpiry(stats.mtime, retention);
  });
  return expiries.filter((expiry) => expiry !== null).filter((expiry) => expiresSoon(expiry, { days, now }));
}

/** Who has deleted the damaged file has dealt with it. */
async function openIncidents(store: SessionMapStore): Promise<SessionMapIncident[]> {
  const incidents = await store.incidents();
  const there = await Promise.all(
    incidents.map(({ movedTo }) =>
      lstat(movedTo).then(
        () => true,
        () => false,
      ),
    ),
  );
  return incidents.filter((_, index) => there[index]);
}

function expiryWarning(
  expiries: Date[],
  { retention, now }: { retention: TranscriptRetention; now: Date },
): string {
  const soonest = new Date(Math.min(...expiries.map((expiry) => expiry.getTime())));
  const when = soonest <= now ? "with its next start" : `on ${soonest.toISOString().slice(0, 10)}`;
  const [which, mend] =
    expiries.length === 1
      ? [`transcript of 1 active session ${when}`, "Send a message there"]
      : [`transcripts of ${expiries.length} active sessions, the first ${when}`, "Send each a message"];
  return `Claude Code will delete the ${which} (it keeps one for ${retention.days ?? 0} days after the last message). ${mend}, or raise cleanupPeriodDays in ${retention.settingsPath}.`;
}

function incidentWarning({ at, movedTo, problem, restored }: SessionMapIncident): string {
  const entries = restored === 1 ? "1 entry was" : `${restored === 0 ? "No" : restored} entries were`;
  return `Its session map was damaged on ${at.slice(0, 16).replace("T", " ")} UTC (${problem}) and moved to ${movedTo}. ${entries} restored from the copy. Delete that file when you no longer need it.`;
}
