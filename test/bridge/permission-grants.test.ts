import { describe, expect, it } from "vitest";
import type { PermissionRequest } from "../../src/acp/acp-adapter.ts";
import { createPermissionGrants, mayBeGrantedForGood } from "../../src/bridge/permission-grants.ts";

const OWNER = { conversation: "dev agent:dev:main", claudeSessionId: "one" };

function asking(request: Partial<PermissionRequest>): PermissionRequest {
  return {
    toolCallId: "toolu_1",
    title: "",
    toolName: "Write",
    kind: "edit",
    rawInput: {},
    diffs: [],
    locations: [],
    options: [],
    ...request,
  };
}

const EDIT = asking({});

describe("a permission that is given for good", () => {
  it.each<[string, Partial<PermissionRequest>, Partial<PermissionRequest>, boolean]>([
    ["the same kind", { kind: "edit" }, { kind: "edit", toolName: "Edit" }, true],
    ["another kind", { kind: "edit" }, { kind: "delete" }, false],
    [
      "the same tool of kind other",
      { kind: "other", toolName: "mcp__a__b" },
      { kind: "other", toolName: "mcp__a__b" },
      true,
    ],
    [
      "another tool of kind other",
      { kind: "other", toolName: "mcp__a__b" },
      { kind: "other", toolName: "mcp__a__c" },
      false,
    ],
    ["a tool that is called like a kind", { kind: "other", toolName: "edit" }, { kind: "edit" }, false],
    ["a fetch", { kind: "fetch", toolName: "WebFetch" }, { kind: "fetch", toolName: "WebFetch" }, true],
  ])("covers %s or not", (_, given, later, covered) => {
    const grants = createPermissionGrants();
    grants.remember(OWNER, asking(given));
    expect(grants.covers(OWNER, asking(later))).toBe(covered);
  });

  it.each<[string, Partial<PermissionRequest>]>([
    ["a command", { kind: "execute", toolName: "Bash" }],
    ["a shell under another kind", { kind: "other", toolName: "Bash" }],
    ["a shell in small letters", { kind: "edit", toolName: "bash" }],
    ["another shell", { kind: "other", toolName: "PowerShell" }],
    [
      "whatever takes a command",
      { kind: "other", toolName: "mcp__box__run", rawInput: { command: "rm -rf ." } },
    ],
    ["a kind in capitals", { kind: "EXECUTE", toolName: "run" }],
    ["the end of a plan", { kind: "switch_mode", toolName: "ExitPlanMode" }],
    ["the end of a plan under another kind", { kind: "other", toolName: "ExitPlanMode" }],
    ["a tool without a name", { kind: "other", toolName: "" }],
    ["a tool that only its kind is known of", { kind: "other", toolName: "other" }],
  ])("is never one for %s", (_, request) => {
    const grants = createPermissionGrants();
    expect(mayBeGrantedForGood(asking(request))).toBe(false);
    grants.remember(OWNER, asking(request));
    expect(grants.covers(OWNER, asking(request))).toBe(false);
  });

  it("holds for its Claude session alone, and for its conversation alone", () => {
    const grants = createPermissionGrants();
    grants.remember(OWNER, EDIT);
    expect(grants.covers({ ...OWNER, claudeSessionId: "two" }, EDIT)).toBe(false);
    expect(grants.covers({ ...OWNER, conversation: "ops agent:ops:main" }, EDIT)).toBe(false);
    grants.remember({ ...OWNER, claudeSessionId: "two" }, asking({ kind: "fetch" }));
    expect(grants.covers({ ...OWNER, claudeSessionId: "two" }, EDIT)).toBe(false);
    expect(grants.covers(OWNER, EDIT)).toBe(false);
  });

  it("is forgotten with its conversation", () => {
    const grants = createPermissionGrants();
    grants.remember(OWNER, EDIT);
    grants.forget(OWNER.conversation);
    expect(grants.covers(OWNER, EDIT)).toBe(false);
    grants.forget("nobody");
  });

  it("is kept for so many conversations and so many kinds, and the oldest goes first", () => {
    const grants = createPermissionGrants();
    const owner = (index: number) => ({ ...OWNER, conversation: `dev ${index}` });
    for (let index = 0; index <= 1_000; index += 1) grants.remember(owner(index), EDIT);
    expect(grants.covers(owner(0), EDIT)).toBe(false);
    expect(grants.covers(owner(1), EDIT)).toBe(true);
    const tool = (index: number) => asking({ kind: "other", toolName: `mcp__a__${index}` });
    for (let index = 0; index < 200; index += 1) grants.remember(OWNER, tool(index));
    expect(grants.covers(OWNER, tool(0))).toBe(true);
    expect(grants.covers(OWNER, tool(199))).toBe(false);
  });
});
