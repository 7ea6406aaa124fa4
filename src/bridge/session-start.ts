import type { SettingsReport } from "../acp/acp-adapter.ts";
import type { SessionMemory } from "../pool/session-loan.ts";

/** Why a turn begins a Claude session in a conversation that may have messages already. */
export type FreshStartReason =
  /** Claude has never been in it: it is new, or a fork, or another model has answered until now. */
  | "joined"
  /** The session that the map names is proven gone. */
  | "lost"
  /** Its context was full and could not be compacted. */
  | "rotated"
  /** OpenClaw's history was cut back, so what Claude remembered was not true any more. */
  | "rewound"
  /** The session map was damaged and its copy did not know this conversation. */
  | "map-lost"
  /** Its very first turn was not finished; such a session cannot be resumed. */
  | "unfinished"
  /** It goes on at another endpoint, which has no session of it yet. */
  | "moved";

/** Only what the person did themselves, or was told of when it happened, needs no notice. */
const CAUSES: Partial<Record<FreshStartReason, string>> = {
  lost: "The earlier Claude session of this conversation is gone (its transcript is gone or empty)",
  rotated: "Claude's context was full and could not be compacted",
  "map-lost":
    "The record of this conversation's Claude session was damaged (see `openclaw contractor-agents status`)",
};

const INTERRUPTED_NOTICE =
  "_The turn before this one was interrupted: its process ended before the answer was complete. It was not sent a second time._";

export const COMPACTED_NOTICE = "_Claude's context was full, so it was compacted before this answer._";

/** The lines in front of an answer: about the turn before, and about the session that answers. */
export function noticesOf(start: {
  interrupted: boolean;
  fresh: FreshStartReason | undefined;
  /** Whether the new session was given a summary of the conversation. */
  summarized: boolean;
}): string[] {
  const { interrupted, fresh, summarized } = start;
  const cause = fresh === undefined ? undefined : CAUSES[fresh];
  const session = summarized
    ? "this is a new one, which was given a summary of the messages that OpenClaw still has"
    : "this is a new one, which does not remember it";
  return [
    ...(interrupted ? [INTERRUPTED_NOTICE] : []),
    ...(cause === undefined ? [] : [`_${cause}; ${session}._`]),
  ];
}

/** Told once a process: a setting that the agent does not have changes nothing about any turn after that either. */
export function unsupportedNotices(
  memory: SessionMemory,
  unsupported: SettingsReport["unsupported"],
): string[] {
  const news = unsupported.filter((setting) => !memory.unsupportedTold.includes(setting));
  memory.unsupportedTold.push(...news);
  if (news.length === 0) return [];
  return [
    `_This contractor's adapter cannot be set to the chosen ${news.join(" or ")}; it goes on without._`,
  ];
}
