import { expect, it } from "vitest";
import { createRepeatFilter } from "../../src/acp/repeat-filter.ts";

const REPORT = "## Context Usage\n\n10 tokens";

function kept(prompt: string, chunks: [text: string, messageId?: string][]): string[] {
  const isRepeat = createRepeatFilter(prompt);
  const said = chunks.filter(
    ([text, messageId]) =>
      !isRepeat({
        sessionUpdate: "agent_message_chunk",
        content: { type: "text", text },
        ...(messageId === undefined ? {} : { messageId }),
      }),
  );
  return said.map(([text]) => text);
}

it.each([
  ["drops the second time of what a local command printed", "/context", [[REPORT], [REPORT]], 1],
  [
    "keeps what a model says twice",
    "/custom",
    [
      [REPORT, "msg_1"],
      [REPORT, "msg_2"],
    ],
    2,
  ],
  ["keeps pieces of a line", "/custom", [["ha"], ["ha"]], 2],
  ["keeps all of an answer to an ordinary prompt", "context", [[REPORT], [REPORT]], 2],
] as [string, string, [string, string?][], number][])("%s", (_title, prompt, chunks, count) => {
  expect(kept(prompt, chunks)).toHaveLength(count);
});
