export type ProcStat = {
  state: string;
  parent: number;
  group: number;
  /** Clock ticks after the boot. */
  startTime: string;
};

/**
 * Reads `/proc/<pid>/stat`: "pid (name) state ppid pgrp … starttime …", where the name may hold anything
 * (proc_pid_stat(5), fields 3, 4, 5 and 22). Null for a text that is none.
 */
export function parseProcStat(text: string): ProcStat | null {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) return null;
  return { state, parent: Number(parent), group: Number(group), startTime };
}

/** It waits for its parent to notice, or does not even do that. Nothing of it runs. */
export function hasEnded(state: string): boolean {
  return /^[ZX]/.test(state);
}
