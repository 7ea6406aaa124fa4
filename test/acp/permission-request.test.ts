import type { PermissionOption } from "@agentclientprotocol/sdk/unstable";
import { describe, expect, it } from "vitest";
import { permissionRequestOf, responseTo } from "../../src/acp/permission-request.ts";

function options(...listed: string[]): PermissionOption[] {
  return listed.map((entry) => {
    const [kind = "", optionId = ""] = entry.split(" ");
    return { kind: kind as PermissionOption["kind"], optionId, name: optionId };
  });
}

const ORDINARY = options("allow_once allow-once", "allow_always allow-with-updates", "reject_once reject");
const PLAN = options(
  "allow_always exit-plan-clear-bypass",
  "allow_always exit-plan-auto",
  "allow_once exit-plan-default",
  "reject_once reject",
);
const OLDER_PLAN = options("allow_always acceptEdits", "allow_once default", "reject_once plan");

describe("the answer to a permission request", () => {
  it.each([
    ["allow", ORDINARY, "allow-once"],
    ["deny", ORDINARY, "reject"],
    ["allow", PLAN, "exit-plan-default"],
    ["deny", PLAN, "reject"],
    ["allow", OLDER_PLAN, "default"],
    ["deny", OLDER_PLAN, "plan"],
    ["deny", options("reject_always never"), "never"],
  ] as const)("is the option that means %s and nothing else: %j", (decision, offered, optionId) => {
    expect(responseTo(decision, [...offered])).toEqual({ outcome: { outcome: "selected", optionId } });
  });

  it.each([
    ["allow", options("allow_always always", "reject_once no")],
    ["allow", options("allow_once exit-plan-bypass")],
    ["deny", options("allow_once yes")],
  ] as const)("is cancelled when none means %s: %j", (decision, offered) => {
    expect(responseTo(decision, [...offered])).toEqual({ outcome: { outcome: "cancelled" } });
  });
});

describe("a permission request", () => {
  it("is completed with what was told of its call before", () => {
    const known = {
      toolCallId: "call-1",
      title: "Write notes.txt",
      kind: "edit" as const,
      content: [{ type: "diff" as const, path: "/w/notes.txt", newText: "two" }],
      locations: [{ path: "/w/notes.txt" }],
      _meta: { claudeCode: { toolName: "Write" } },
    };
    const request = { sessionId: "s", toolCall: { toolCallId: "call-1", rawInput: {} }, options: ORDINARY };
    expect(permissionRequestOf(request, known)).toMatchObject({
      title: "Write notes.txt",
      toolName: "Write",
      kind: "edit",
      diffs: [{ path: "/w/notes.txt", oldText: null, newText: "two" }],
      locations: ["/w/notes.txt"],
    });
  });

  it("names the tool by its kind when the agent does not", () => {
    const request = { sessionId: "s", toolCall: { toolCallId: "call-1" }, options: ORDINARY };
    expect(permissionRequestOf(request, undefined)).toMatchObject({ toolName: "other", diffs: [] });
  });
});
