import { createLogFilter, createRetryWatch, type RefusedRequest } from "./retry-watch.ts";

/** Reads the debug log of one process's Claude Code. */
export type LogReader = {
  /** Takes a line of stderr; says whether it may be quoted. */
  read: (line: string) => boolean;
  /** Who is told of refused requests from now on; nobody between turns. */
  tell(listener: ((refused: RefusedRequest) => void) | null): void;
};

export function createLogReader(): LogReader {
  const watch = createRetryWatch();
  const mayBeQuoted = createLogFilter();
  let listener: ((refused: RefusedRequest) => void) | null = null;
  return {
    read(line) {
      const refused = watch.read(line);
      if (refused !== null) listener?.(refused);
      return mayBeQuoted(line);
    },
    tell(next) {
      listener = next;
    },
  };
}
