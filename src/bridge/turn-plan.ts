import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import { withoutControlCharacters } from "./harmless-text.ts";
import type { PlanEntry } from "./turn.ts";

/** No plan that anybody reads is longer. */
const ENTRIES = 100;
const CONTENT_LENGTH = 500;

/** Untrusted words, bounded, each as one line. */
export function planEntriesOf(
  entries: Extract<SessionUpdate, { sessionUpdate: "plan" }>["entries"],
): PlanEntry[] {
  return entries.slice(0, ENTRIES).map(({ content, status }) => {
    const line = withoutControlCharacters(content.slice(0, CONTENT_LENGTH)).replaceAll(/\s+/g, " ");
    return { content: line.trim().toWellFormed(), status };
  });
}

/** claude-agent-acp sends an unfinished plan again at every prompt. */
export function samePlan(one: PlanEntry[], other: PlanEntry[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ content, status }, at) => content === other[at]?.content && status === other[at].status)
  );
}
