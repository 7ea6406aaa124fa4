import { createReadStream } from "node:fs";

/** The lines of a text file, one at a time, whatever its size. Rejects when it cannot be read. */
export async function* fileLines(path: string): AsyncGenerator<string> {
  // In parts: a line may hold an image, and must not be copied with each piece that comes.
  let parts: string[] = [];
  for await (const chunk of createReadStream(path, { encoding: "utf8" }) as AsyncIterable<string>) {
    const [head = "", ...lines] = chunk.split("\n");
    parts.push(head);
    for (const line of lines) {
      yield parts.join("");
      parts = [line];
    }
  }
  const last = parts.join("");
  if (last !== "") yield last;
}
