import { ago } from "../overview/quantities.ts";

/** "agent-limit 5 min ago". */
export function failureText(failure: { code: string; at: string } | null, now: Date): string {
  return failure === null ? "-" : `${failure.code} ${ago(failure.at, now)}`;
}
