/** Keeps the last characters of a stream, for error reports: bounded however much a process writes. */
export type OutputTail = {
  append(chunk: string): void;
  text(): string;
};

export function createOutputTail(limit = 8_192): OutputTail {
  let kept = "";
  return {
    append(chunk) {
      kept = (kept + chunk).slice(-limit);
    },
    text: () => kept.trim(),
  };
}
