/** What a chunk adds to what has been said. `apart`: it begins a paragraph of its own. */
type Addition = { text: string; apart: boolean };

export type RepeatedText = {
  take(chunk: string, messageId: string | null | undefined): Addition;
  /** Something else was done: what comes now repeats nothing. */
  forget(): void;
};

/**
 * When the model's stream is cut, Claude Code asks again, and claude-agent-acp sends the second answer from its
 * beginning under another message id. What it merely repeats was said already; where it says something else, it goes
 * on from the beginning of that line, as a paragraph of its own: what was streamed cannot be taken back.
 */
export function createRepeatedText(): RepeatedText {
  let current: string | undefined;
  let said = "";
  let heardAgain: string | undefined;

  function takeAgain(heard: string): Addition {
    if (said.startsWith(heard)) {
      heardAgain = heard;
      return { text: "", apart: false };
    }
    const earlier = said;
    said = heard;
    heardAgain = undefined;
    return heard.startsWith(earlier)
      ? { text: heard.slice(earlier.length), apart: false }
      : { text: heard.slice(lineOfDifference(earlier, heard)), apart: true };
  }

  return {
    take(chunk, messageId) {
      const another = typeof messageId === "string" && messageId !== current;
      if (another) {
        current = messageId;
        heardAgain = said === "" ? undefined : "";
      }
      if (heardAgain !== undefined) return takeAgain(heardAgain + chunk);
      said += chunk;
      return { text: chunk, apart: false };
    },
    forget() {
      said = "";
      heardAgain = undefined;
    },
  };
}

/** Where the line begins in which the two differ. */
function lineOfDifference(one: string, other: string): number {
  let same = 0;
  while (same < one.length && one[same] === other[same]) same += 1;
  return other.lastIndexOf("\n", same - 1) + 1;
}
