import type { AnyMessage, Stream } from "@agentclientprotocol/sdk/unstable";

/**
 * What an agent sends, one message after the other. The SDK hands each to its handlers without waiting for those of the
 * one before, and a handler that was registered later is reached some microtasks later: of two messages that were read
 * at once, the second could be heard first.
 */
export function orderedMessages({ readable, writable }: Stream): Stream {
  const oneByOne = new TransformStream<AnyMessage, AnyMessage>({
    async transform(message, controller) {
      controller.enqueue(message);
      await microtasksDone();
    },
  });
  return { readable: readable.pipeThrough(oneByOne), writable };
}

/** Node runs its tick queue when no microtask is left; no turn of the event loop is waited for. */
function microtasksDone(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}
