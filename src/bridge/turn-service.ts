import {
  endpointInWords,
  endpointNameOf,
  type ContractorAgentMetadata,
} from "../contractor/metadata-resolver.ts";
import { limitInWords } from "../contractor/limit-in-words.ts";
import type { LimitNote } from "../endpoint/limit-book.ts";
import type { AcquiredSession } from "./acquire-claude-session.ts";

/** Where a turn runs, and why there. */
export type Service = {
  metadata: ContractorAgentMetadata;
  /** The limit of the endpoint that the turn belongs to; null when that one serves it. */
  insteadOf: LimitNote | null;
};

/**
 * The line that says who serves an answer, wherever that is not the contractor's own endpoint, and when the conversation
 * comes back to it: what is billed to somebody else is said each time. Nothing for a turn that runs where it always does.
 */
export function serviceNotice(
  { metadata, insteadOf, now }: Service & { now: Date },
  { session, summarized }: { session: AcquiredSession; summarized: boolean },
): string[] {
  const endpoint = endpointNameOf(metadata);
  const name = endpointInWords(endpoint);
  const moved = session.fresh === "moved" || hasMoved(session, endpoint);
  if (endpoint === metadata.homeEndpoint)
    return moved ? [`_Served by ${name} again.${told(summarized)}_`] : [];
  const why = insteadOf === null ? "" : `: ${limitInWords(insteadOf, now)}`;
  return [`_Served by ${name}${why}${why === "" ? "." : ""}${moved ? told(summarized) : ""}_`];
}

function hasMoved({ replaces }: AcquiredSession, endpoint: string): boolean {
  return replaces?.endpoint !== undefined && replaces.endpoint !== endpoint;
}

function told(summarized: boolean): string {
  return summarized ? " It was given a summary of what it does not know." : "";
}
