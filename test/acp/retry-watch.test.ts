import { describe, expect, it } from "vitest";
import { createLogFilter, createRetryWatch, type RefusedRequest } from "../../src/acp/retry-watch.ts";

const LIMIT = '{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}';

/** As claude-code-acp 0.16.2 writes it with `--debug-to-stderr` and ANTHROPIC_LOG=debug. */
const LIMIT_LOG = [
  "[Anthropic SDK DEBUG] [log_c5ae25] response error (error; no more retries left) {",
  "  url: 'http://127.0.0.1:1/v1/messages?beta=true',",
  "  status: 429,",
  "  headers: {",
  "    connection: 'keep-alive',",
  "    'retry-after': '3600',",
  "    'transfer-encoding': 'chunked'",
  "  },",
  "}",
  "",
  `2026-11-21T15:44:11.958Z [ERROR] API error (attempt 1/3): 429 429 ${LIMIT}`,
];

function read(lines: string[]): RefusedRequest[] {
  const watch = createRetryWatch();
  return lines.flatMap((line) => watch.read(line) ?? []);
}

describe("the log of Claude Code", () => {
  it("tells of a refused request with the headers of its answer", () => {
    expect(read(LIMIT_LOG)).toEqual([
      { status: 429, attempt: 1, attempts: 3, words: `429 ${LIMIT}`, headers: { "retry-after": "3600" } },
    ]);
  });

  it("keeps one answer's headers from the next", () => {
    const next = "2026-11-21T15:44:12.958Z [ERROR] API error (attempt 2/3): 529 529 {}";
    expect(read([...LIMIT_LOG, next]).at(-1)).toMatchObject({ status: 529, headers: {} });
    const answered = [...LIMIT_LOG.slice(0, -1), "[Anthropic SDK DEBUG] [log_1] response start {", next];
    expect(read(answered)).toMatchObject([{ status: 529, headers: {} }]);
  });

  it.each([
    ["API error (attempt 1/11): 401 401 {}", { status: 401, attempt: 1, attempts: 11, words: "401 {}" }],
    ["API error (attempt 3/3): Connection error.", { status: undefined, words: "Connection error." }],
    ["API error (attempt 2/3): 529 529 overloaded", { status: 529, attempt: 2, words: "529 overloaded" }],
  ])("is read in %j", (words, refused) => {
    expect(read([`2026-11-21T15:44:11.958Z [ERROR] ${words}`])).toMatchObject([refused]);
  });

  it.each([
    "API error (attempt 1/3): 429 429 {}",
    "2026-11-21T15:44:11.958Z [DEBUG] API error (attempt 1/3): 429 429 {}",
    '  text: "2026-11-21T15:44:11.958Z [ERROR] API error (attempt 1/3): 429 429 {}"',
    "",
  ])("is no refusal in %j", (line) => {
    expect(read([line])).toEqual([]);
  });
});

describe("the last words of a process that writes a log", () => {
  it("are what came before the log, and a crash after it", () => {
    const mayBeQuoted = createLogFilter();
    const lines = [
      "Cannot find the settings",
      "2026-11-21T15:44:11.095Z [DEBUG] Getting matching hooks",
      "the second line of a prompt",
      ...LIMIT_LOG,
      "TypeError: x is not a function",
    ];
    expect(lines.filter(mayBeQuoted)).toEqual(["Cannot find the settings", "TypeError: x is not a function"]);
  });
});
