/** Until the work is done, or a person or whoever reads stdout has enough. */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupt = new AbortController();
  const end = (): void => {
    interrupt.abort();
  };
  process.once("SIGINT", end);
  process.stdout.once("error", end);
  try {
    await work(interrupt.signal);
  } finally {
    process.removeListener("SIGINT", end);
    process.stdout.removeListener("error", end);
  }
}
