/**
 * Waits for `work`, but not longer than the signal allows: undefined when it is aborted first. What the work gives
 * later is handed to `abandon`.
 */
export async function orAbandon<Value>(
  work: Promise<Value>,
  options: { signal: AbortSignal; abandon: (value: Value) => Promise<unknown> },
): Promise<Value | undefined> {
  const { signal, abandon } = options;
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    onAbort = () => {
      resolve(undefined);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    const first = await Promise.race([work.then((value) => ({ value })), aborted]);
    if (first !== undefined) return first.value;
    // A failure of abandoned work concerns nobody any more.
    work.then(abandon).catch(() => undefined);
    return undefined;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
