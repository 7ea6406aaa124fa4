import { unexpectedFailure } from "../errors/unexpected-failure.ts";

/**
 * Runs `work` again and again, each time some milliseconds after it has ended; tells the log when it fails, and goes on.
 * Keeps the process from nothing. Returns what stops it.
 */
export function repeatInBackground(
  work: () => Promise<unknown>,
  {
    firstMs,
    everyMs,
    failing,
    log,
  }: {
    firstMs: number;
    everyMs: number;
    /** What a failure means, before its words in the log. */
    failing: string;
    log: (message: string) => void;
  },
): () => void {
  let timer: NodeJS.Timeout;
  let stopped = false;

  function repeatAfter(milliseconds: number): void {
    timer = setTimeout(() => {
      void Promise.resolve()
        .then(work)
        .catch((cause: unknown) => {
          log(`${failing}: ${unexpectedFailure(cause).toParagraph()}`);
        })
        .then(() => {
          if (!stopped) repeatAfter(everyMs);
        });
    }, milliseconds);
    timer.unref();
  }

  repeatAfter(firstMs);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
