import { describe, expect, it } from "vitest";
import { redacted } from "../../../src/contractor/conversation/redaction.ts";
import type { ConversationMessage } from "../../../src/contractor/conversation/conversation-message.ts";
import { HOST_REDACTOR } from "../../../src/openclaw/host-redactor.ts";

const KEY = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789";

function without(content: string, more: Partial<ConversationMessage> = {}): ConversationMessage {
  return redacted({ role: "user", content, at: null, ...more }, { secrets: HOST_REDACTOR, home: "/srv/ann" });
}

describe("a redacted message", () => {
  it.each([
    ["an API key", `use ${KEY} please`, KEY],
    [
      "a token of GitHub's",
      "push with ghp_abcdefghijklmnopqrstuvwxyz0123456789",
      "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    ],
    ["a bearer token", "Authorization: Bearer abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz"],
    ["a password in a setting", "PASSWORD=correct-horse-battery", "correct-horse-battery"],
    ["an e-mail address", "write to ann.lee+x@mail.example.co.uk today", "ann.lee"],
    ["another one's home", "see /home/bob/code and /Users/cara/x", "bob"],
    ["a home of Windows'", String.raw`in C:\Users\dora\code`, "dora"],
    ["this user's home", "in /srv/ann/code", "/srv/ann"],
  ])("lacks %s", (_what, content, secret) => {
    expect(content).toContain(secret);
    expect(without(content).content).not.toContain(secret);
  });

  it("keeps everything else, and the rest of a path", () => {
    const content = "see /srv/ann/code/a.ts, /srv/anna/b.ts and user@host: 2 + 2 = 4";
    expect(without(content).content).toBe("see ~/code/a.ts, /srv/anna/b.ts and user@host: 2 + 2 = 4");
  });

  it("lacks them in its context, its reasoning and its tools, too", () => {
    const message = without("hello", {
      ...{ context: KEY, reasoning: KEY },
      tools: [
        {
          ...{ name: "Write", failed: false, result: `wrote ${KEY}` },
          input: {
            file_path: "/srv/ann/x",
            edits: [{ text: KEY }],
            password: "correct horse battery",
            count: 3,
          },
        },
      ],
    });
    expect(JSON.stringify(message)).not.toContain(KEY);
    expect(JSON.stringify(message)).not.toContain("correct horse");
    expect(message.tools?.[0]?.input).toMatchObject({ file_path: "~/x", count: 3 });
  });

  it("takes its time over a long word", () => {
    const before = performance.now();
    expect(without("a".repeat(2_000_000)).content).toHaveLength(2_000_000);
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});
