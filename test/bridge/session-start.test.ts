import { expect, it } from "vitest";
import { noticesOf, type FreshStartReason } from "../../src/bridge/session-start.ts";

it.each<[FreshStartReason | undefined, RegExp | null]>([
  ["lost", /its transcript is gone or empty/],
  ["rotated", /context was full and could not be compacted/],
  ["map-lost", /openclaw contractor-agents status/],
  ["joined", null],
  ["rewound", null],
  ["unfinished", null],
  [undefined, null],
])("a session that begins because of %s is announced as a person needs it", (fresh, words) => {
  for (const summarized of [true, false]) {
    const notices = noticesOf({ interrupted: false, fresh, summarized });
    expect(notices).toHaveLength(words === null ? 0 : 1);
    if (words === null) continue;
    expect(notices[0]).toMatch(words);
    expect(notices[0]).toMatch(/^_[^\n]+_$/);
    expect(notices[0]?.includes("was given a summary")).toBe(summarized);
    expect(notices[0]?.includes("does not remember")).toBe(!summarized);
  }
});

it("an interrupted turn is told first, and on its own", () => {
  const facts = { interrupted: true, summarized: true };
  expect(noticesOf({ ...facts, fresh: undefined })).toEqual([
    expect.stringMatching(/^_The turn before this one was interrupted.*not sent a second time\._$/),
  ]);
  expect(noticesOf({ ...facts, fresh: "lost" })).toHaveLength(2);
});
