import { expect, it } from "vitest";
import { mergeSettings } from "../../src/acp/merge-settings.ts";

it("joins lists and merges objects; else the later source wins", () => {
  const hook = (matcher: string): Record<string, unknown> => ({ hooks: { PreToolUse: [{ matcher }] } });
  expect(mergeSettings({ ...hook("Bash"), model: "opus" }, undefined, { model: "haiku" }, hook("*"))).toEqual(
    { model: "haiku", hooks: { PreToolUse: [{ matcher: "Bash" }, { matcher: "*" }] } },
  );
});
