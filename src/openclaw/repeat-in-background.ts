import { unexpectedFailure } from "../errors/unexpected-failure.ts";

type Reporting = {
  /** What a failure means, before its words in the log. */
  failing: string;
  log: (message: string) => void;
};

/** Runs `work` and tells the log when it fails. Never rejects; nobody has to wait for it. */
export async function inBackground(work: () => Promise<unknown>, { failing, log }: Reporting): Promise<void> {
  try {
    await work();
  } catch (cause) {
    log(`${failing}: ${unexpectedFailure(cause).toParagraph()}`);
  }
}

/**
 * Runs `work` again and again, each time some milliseconds after it has ended; tells the log when it fails, and goes on.
 * Keeps the process from nothing. Returns what stops it.
 */
export function repeatInBackground(
  work: () => Promise<unknown>,
  { firstMs, everyMs, ...reporting }: Reporting & { firstMs: number; everyMs: number },
): () => void {
  let timer: NodeJS.Timeout;
  let stopped = false;

  function repeatAfter(milliseconds: number): void {
    timer = setTimeout(() => {
      void inBackground(work, reporting).then(() => {
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
