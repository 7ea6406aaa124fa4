export type FlushTimerOptions = {
  flushMs: number;
  flush: () => Promise<void>;
  /** True when nothing waits to be written. */
  isIdle: () => boolean;
};

/**
 * Writes a little later what was noted, in the background: it keeps no process alive. A write that fails is tried again
 * after the same time, for as long as something waits.
 */
export function createFlushTimer({ flushMs, flush, isIdle }: FlushTimerOptions): { start(): void } {
  let timer: NodeJS.Timeout | undefined;

  const start = (): void => {
    timer ??= setTimeout(() => void run(), flushMs).unref();
  };

  const run = async (): Promise<void> => {
    // Who asked for it is long gone; `flush` of the store tells of the failure.
    if (!isIdle()) await flush().catch(() => undefined);
    timer = undefined;
    if (!isIdle()) start();
  };

  return { start };
}
