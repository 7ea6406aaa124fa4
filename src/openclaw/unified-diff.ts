import type { FileDiff } from "../acp/acp-adapter.ts";

const CONTEXT_LINES = 3;

/** One file's change as a unified diff with a single hunk: from the first line that differs to the last. */
export function unifiedDiff({ path, oldText, newText }: FileDiff): string {
  const before = linesOf(oldText ?? "");
  const after = linesOf(newText);
  const start = sharedLength(before, after);
  const end = sharedLength(before.slice(start).toReversed(), after.slice(start).toReversed());
  const from = Math.max(0, start - CONTEXT_LINES);
  const below = before.slice(before.length - end).slice(0, CONTEXT_LINES);
  const above = before.slice(from, start);
  const removed = before.slice(start, before.length - end);
  const added = after.slice(start, after.length - end);
  const kept = above.length + below.length;
  return [
    `--- ${oldText === null ? "/dev/null" : path}`,
    `+++ ${path}`,
    `@@ -${range(from, kept + removed.length)} +${range(from, kept + added.length)} @@`,
    ...above.map((line) => ` ${line}`),
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
    ...below.map((line) => ` ${line}`),
  ].join("\n");
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.split("\n");
}

function sharedLength(one: string[], other: string[]): number {
  const differs = one.findIndex((line, index) => line !== other[index]);
  return differs === -1 ? Math.min(one.length, other.length) : differs;
}

/** A hunk of no lines stands behind the line before it. */
function range(from: number, length: number): string {
  return `${length === 0 ? from : from + 1},${length}`;
}
