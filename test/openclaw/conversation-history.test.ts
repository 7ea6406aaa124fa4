import { expect, it } from "vitest";
import { sinceLastReset } from "../../src/openclaw/conversation-history.ts";

const message = (
  id: string,
  parentId: string | null,
): { type: string; id: string; parentId: string | null } => ({
  type: "message",
  id,
  parentId,
});

const visible = (...ids: string[]): { entryId: string; message: { role: string } }[] =>
  ids.map((entryId) => ({ entryId, message: { role: "user" } }));

const idsOf = (entries: { entryId: string }[]): string[] => entries.map(({ entryId }) => entryId);

it("keeps everything of a conversation that was never reset", () => {
  const events = [message("a", null), message("b", "a"), message("c", "b")];
  expect(idsOf(sinceLastReset(visible("a", "b", "c"), events))).toEqual(["a", "b", "c"]);
});

it("keeps only what came after the last reset", () => {
  const events = [
    message("a", null),
    { type: "reset", id: "first", parentId: "a" },
    message("b", "first"),
    { type: "reset", id: "second", parentId: "b" },
    { type: "model_change", id: "between", parentId: "second" },
    message("c", "between"),
    message("d", "c"),
  ];
  expect(idsOf(sinceLastReset(visible("a", "b", "c", "d"), events))).toEqual(["c", "d"]);
});

it("looks for the reset on the branch that is shown, not on another one", () => {
  const events = [
    message("a", null),
    message("b", "a"),
    { type: "reset", id: "elsewhere", parentId: "b" },
    message("c", "elsewhere"),
    message("d", "a"),
  ];
  expect(idsOf(sinceLastReset(visible("a", "d"), events))).toEqual(["a", "d"]);
});

it("ends with rows that name each other as parents", () => {
  const events = [message("a", "b"), message("b", "a")];
  expect(idsOf(sinceLastReset(visible("a", "b"), events))).toEqual(["a", "b"]);
  expect(sinceLastReset([], events)).toEqual([]);
});
