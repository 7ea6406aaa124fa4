/** Beyond this a line is cut: a process may write without ever ending one. */
const LONGEST_LINE = 65_536;

export type LineSplitter = {
  append: (chunk: string) => void;
  /** The last line may lack its end. */
  flush: () => void;
};

/** Cuts a stream of text into lines. */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  let rest = "";
  return {
    append(chunk) {
      const lines = (rest + chunk).split("\n");
      rest = (lines.pop() ?? "").slice(0, LONGEST_LINE);
      for (const line of lines) onLine(line.replace(/\r$/, ""));
    },
    flush() {
      if (rest !== "") onLine(rest);
      rest = "";
    },
  };
}
