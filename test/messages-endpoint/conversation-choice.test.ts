import { describe, expect, it } from "vitest";
import { chooseConversation } from "../../src/messages-endpoint/conversation-choice.ts";

function choose(headers: Record<string, string>, metadata?: unknown): string {
  return chooseConversation("dev", { headers, metadata });
}

describe("the conversation of a request", () => {
  it("is the one of OpenClaw's that the header names", () => {
    expect(choose({ "x-openclaw-session-key": "agent:dev:main" }, { user_id: "mia" })).toBe("agent:dev:main");
  });

  it.each([
    "agent:ops:main",
    "main",
    "agent:dev:subagent:1",
    "agent:dev:Cron:x",
    "agent:dev:a\u00e9",
    "agent:dev:a b",
  ])("is not %s", (key) => {
    expect(() => choose({ "x-openclaw-session-key": key })).toThrow(/must be the key of a conversation/);
  });

  it("is named by the header before the user", () => {
    expect(choose({ "x-contractor-conversation": "desk" }, { user_id: "mia" })).toBe(
      "agent:dev:messages:desk",
    );
    expect(choose({}, { user_id: "mia" })).toBe("agent:dev:messages:mia");
  });

  it("is another one for each name, also where OpenClaw's keys cannot tell them apart", () => {
    const keys = ["mia", "Mia", "m:a", "m/a", "x".repeat(80)].map((user_id) => choose({}, { user_id }));
    expect(new Set(keys).size).toBe(5);
    for (const key of keys) expect(key).toMatch(/^agent:dev:messages:[a-z0-9-]+$/);
    expect(choose({}, { user_id: "Mia" })).toBe(keys[1]);
  });

  it("is a new one without a name", () => {
    expect(choose({}, { user_id: null })).not.toBe(choose({}));
  });
});
