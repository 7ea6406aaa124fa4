import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildClaudeTurnPayload, withPreface } from "../../../src/bridge/input-filter.ts";
import { readClaudeConversation } from "../../../src/contractor/conversation/claude-conversation.ts";
import {
  inOrderOfTime,
  type ConversationMessage,
} from "../../../src/contractor/conversation/conversation-message.ts";
import { allOf, answered, AT, gave, said, text, used } from "./transcript-lines.ts";

async function conversationIn(...lines: string[]): Promise<ConversationMessage[]> {
  const folder = await mkdtemp(join(tmpdir(), "conversation-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "transcript.jsonl");
  await writeFile(path, lines.join("\n"));
  return allOf(readClaudeConversation(path));
}

describe("a conversation in Claude Code's transcript", () => {
  it("has an answer's blocks, its tools and what they gave as one message", async () => {
    const messages = await conversationIn(
      said("fix the roof"),
      answered("m1", { type: "thinking", thinking: "Look first.", signature: "abc" }),
      answered("m1", text("I look.")),
      answered("m1", used("t1", "Bash", { command: "ls" })),
      said([gave("t1", "roof.txt")]),
      answered("m1", used("t2", "Read", { file_path: "gone" })),
      said([gave("t2", [text("No such file.")], true)]),
      answered("m2", text("It is fixed.")),
      said([text("thanks")]),
    );
    expect(messages).toEqual([
      { role: "user", content: "fix the roof", at: AT },
      {
        ...{ role: "assistant", content: "I look.", at: AT, model: "claude-test", reasoning: "Look first." },
        tools: [
          { name: "Bash", input: { command: "ls" }, result: "roof.txt", failed: false },
          { name: "Read", input: { file_path: "gone" }, result: "No such file.", failed: true },
        ],
      },
      { role: "assistant", content: "It is fixed.", at: AT, model: "claude-test" },
      { role: "user", content: "thanks", at: AT },
    ]);
  });

  it("has a person's words apart from what came along with them", async () => {
    const payload = buildClaudeTurnPayload(
      {
        ...{ text: "look at this", context: "Sender: Ann", images: [] },
        attachments: [{ name: "plan.pdf", mimeType: undefined, path: "/plan.pdf" }],
      },
      ["- inbox/plan.pdf"],
    );
    const prompt = withPreface(payload, ["<openclaw-history>\nuser: before\n</openclaw-history>"]).text;
    const [message] = await conversationIn(said(prompt));
    expect(message).toEqual({
      ...{ role: "user", content: "look at this", at: AT },
      context: "user: before\n\n> Sender: Ann\n\n- inbox/plan.pdf",
    });
  });

  it("leaves out subagents and what Claude Code tells itself, and knows commands, their output and compactions", async () => {
    const messages = await conversationIn(
      said("a subagent's task", { isSidechain: true }),
      said("a caveat", { isMeta: true }),
      JSON.stringify({ type: "file-history-snapshot", messageId: "1" }),
      said("<command-name>/compact</command-name>\n<command-args>keep the roof</command-args>"),
      said("<local-command-stdout>Compacted</local-command-stdout>"),
      JSON.stringify({
        type: "system",
        subtype: "compact_boundary",
        timestamp: AT,
        content: "Conversation compacted",
      }),
      said("This session continues …", { isCompactSummary: true }),
      answered("m1", text("API Error: 529"), {
        message: { id: "m1", model: "<synthetic>", content: [text("API Error: 529")] },
      }),
      JSON.stringify({
        type: "attachment",
        timestamp: AT,
        attachment: { type: "queued_command", prompt: "and the wall" },
      }),
      said([{ type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } }]),
      '{"type":"user","message":{"con',
    );
    expect(messages.map(({ role, content }) => `${role}: ${content}`)).toEqual([
      "user: /compact keep the roof",
      "system: Compacted",
      "system: The context was compacted.",
      "system: This session continues …",
      "system: API Error: 529",
      "user: and the wall",
      "user: [image/png]",
    ]);
  });

  it("is read in pieces, whatever the length of a line", async () => {
    const long = "x".repeat(300_000);
    const messages = await conversationIn(said(long), answered("m1", text("short")), said("end"));
    expect(messages.map(({ content }) => content.length)).toEqual([300_000, 5, 3]);
  });

  it("is in order when it went on in other sessions and came back", async () => {
    const at = (minute: number): string => `2026-01-01T10:0${minute}:00.000Z`;
    const message = (content: string, minute: number): ConversationMessage => ({
      role: "user",
      content,
      at: at(minute),
    });
    async function* from(...messages: ConversationMessage[]): AsyncGenerator<ConversationMessage> {
      yield* await Promise.resolve(messages);
    }
    const merged = inOrderOfTime([
      from(message("a", 1), { role: "assistant", content: "b", at: null }, message("e", 5)),
      from(message("c", 2), message("d", 3)),
      from(),
    ]);
    expect((await allOf(merged)).map(({ content }) => content).join("")).toBe("abcde");
  });
});
