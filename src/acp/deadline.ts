import { ContractorError } from "../errors/contractor-error.ts";

/** Rejects with `adapter-timeout` when the work has not settled in time. Without a deadline it waits. */
export async function withDeadline<Value>(
  work: Promise<Value>,
  options: { deadlineMs: number | undefined; what: string },
): Promise<Value> {
  const { deadlineMs, what } = options;
  if (deadlineMs === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new ContractorError("adapter-timeout", {
          message: `The ACP adapter did not answer ${what} within ${Math.round(deadlineMs / 1000)} s.`,
          mend: "Send the message again; if it happens again, look at the Gateway's log.",
          retryable: true,
        }),
      );
    }, deadlineMs);
  });
  try {
    return await Promise.race([work, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
