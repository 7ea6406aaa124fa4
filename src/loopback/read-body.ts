import type { IncomingMessage } from "node:http";

/**
 * A request's body as text; null when it is longer than `limit` bytes or was cut off. It is read to its end in any case:
 * a client that is still writing would not see the answer.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else chunks.length = 0;
    }
  } catch {
    return null;
  }
  return length <= limit ? Buffer.concat(chunks).toString("utf8") : null;
}
