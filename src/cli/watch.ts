import { setTimeout as delay } from "node:timers/promises";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { CommandResult } from "./contractor-command.ts";
import { printable } from "./table.ts";

/** Where frames go: stdout, or what stands in for it. */
export type Screen = {
  readonly isTTY?: boolean | undefined;
  /** Lines of the terminal; undefined where there is none. */
  readonly rows?: number | undefined;
  write(text: string): unknown;
};

const CURSOR_HOME = "\u001b[H";
const CLEAR_LINE_END = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";
const CLEAR_ALL = "\u001b[2J";

/**
 * Shows a command's result again and again until `signal` is aborted: a terminal is redrawn in place; elsewhere frames stand
 * one below the other without any control character, and with `json` each is one line. Rejects when the first frame
 * cannot be had; a later failure is shown in its place.
 */
export async function watch(
  frame: () => Promise<CommandResult>,
  options: { everySeconds: number; json: boolean; screen: Screen; signal: AbortSignal },
): Promise<void> {
  const { everySeconds, json, screen, signal } = options;
  const redraws = screen.isTTY === true && !json;
  const isOn = (): boolean => !signal.aborted;
  let result = await frame();
  if (redraws) screen.write(CLEAR_ALL);
  while (isOn()) {
    screen.write(redraws ? redrawn(result.text, screen.rows) : printed(result, json));
    await delay(everySeconds * 1_000, undefined, { signal }).catch(() => undefined);
    if (isOn()) result = await frame().catch(failureFrame);
  }
}

function failureFrame(cause: unknown): CommandResult {
  const error = unexpectedFailure(cause);
  const { code, message, mend } = error;
  return { data: { error: { code, message, mend } }, text: printable(error.toParagraph()) };
}

function printed({ data, text }: CommandResult, json: boolean): string {
  return json ? `${JSON.stringify(data)}\n` : `${text}\n\n`;
}

/** Cut to the terminal: what scrolls cannot be redrawn. */
function redrawn(text: string, rows = Infinity): string {
  const lines = text.split("\n");
  const shown =
    lines.length < rows ? lines : [...lines.slice(0, rows - 2), `… ${lines.length - rows + 2} more lines`];
  return `${CURSOR_HOME}${shown.map((line) => `${line}${CLEAR_LINE_END}\n`).join("")}${CLEAR_BELOW}`;
}
