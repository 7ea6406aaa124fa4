/** Settles with the answer, or with `instead` as soon as the signal aborts. Whoever gave the answer may never do it then. */
export async function orAborted<Answer>(
  answer: Promise<Answer>,
  aborted: { signal: AbortSignal; instead: Answer },
): Promise<Answer> {
  const { signal, instead } = aborted;
  // Whichever loses the race is settled quietly.
  answer.catch(() => undefined);
  const stopped = new AbortController();
  const abort = new Promise<Answer>((resolve) => {
    if (signal.aborted) resolve(instead);
    const onAbort = (): void => {
      resolve(instead);
    };
    signal.addEventListener("abort", onAbort, { once: true, signal: stopped.signal });
  });
  try {
    return await Promise.race([answer, abort]);
  } finally {
    stopped.abort();
  }
}
