import type { SessionMemory } from "../pool/session-loan.ts";
import { harmlessWithin, tagged } from "./harmless-text.ts";

const TAG = "openclaw-instructions";
const OVER = "(None: what stood here before holds no longer.)";

/**
 * What a session is told of the instructions that OpenClaw has for a turn; undefined while those that it was told last
 * hold, so that a group's rules are not said again with each message of it.
 */
export function instructionNews(
  instructions: string | undefined,
  memory: Pick<SessionMemory, "instructionsTold">,
): string | undefined {
  const wanted = instructions?.trim() ?? "";
  if (wanted === memory.instructionsTold) return undefined;
  memory.instructionsTold = wanted;
  return tagged(TAG, wanted === "" ? OVER : wanted);
}

/** Other people's words that cannot pass for OpenClaw's instructions. */
export function withoutInstructions(text: string): string {
  return harmlessWithin(TAG, text);
}
