import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { MessageEvent } from "./block-sequence.ts";

/** Claude Code gives a stream up that has been silent for a minute and more. */
const PING_AFTER_MS = 15_000;

export type EventStreamOptions = {
  /** The last event of a stream that failed. */
  failure: (error: unknown) => MessageEvent;
  pingAfterMs?: number;
};

/** Writes server-sent events as they come, and pings while none does. A client that hangs up ends it quietly. */
export async function writeEventStream(
  response: ServerResponse,
  events: AsyncIterable<MessageEvent>,
  { failure, pingAfterMs = PING_AFTER_MS }: EventStreamOptions,
): Promise<void> {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
  });
  // A write that comes too late must not end the process.
  response.on("error", () => undefined);
  const ping = setInterval(() => {
    if (!response.destroyed) response.write(frame({ type: "ping" }));
  }, pingAfterMs);
  try {
    for await (const event of events) {
      if (response.destroyed) return;
      ping.refresh();
      if (!response.write(frame(event))) await drained(response);
    }
  } catch (error) {
    if (!response.destroyed) response.write(frame(failure(error)));
  } finally {
    clearInterval(ping);
    response.end();
  }
}

/** A slow reader holds the model up, and not the memory. */
async function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  const settled = new AbortController();
  const { signal } = settled;
  await Promise.race([once(response, "drain", { signal }), once(response, "close", { signal })]).finally(
    () => {
      settled.abort();
    },
  );
}

function frame(event: MessageEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
