import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "vitest";
import { allow } from "../acp-adapter-contract/recorded-turn.ts";
import type { EndpointCase } from "./endpoint-case.ts";
import type { Talk } from "./talk.ts";

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export const TOOL_USE_CASES: EndpointCase[] = [
  {
    title: "a file that is written",
    play: (talk) => playWithFile(talk, "write notes.txt two words", "notes.txt"),
    expected: () => ({
      said: "Wrote notes.txt.",
      tools: [
        { name: "Write", input: { file_path: "./notes.txt", content: "two words" }, status: "completed" },
      ],
      file: "two words",
    }),
  },
  {
    title: "a file that is edited",
    play: (talk) => playWithFile(talk, "edit notes.txt two three", "notes.txt"),
    expected: () => ({
      said: "Edited notes.txt.",
      tools: [{ name: "Edit", status: "completed" }],
      file: "three words",
    }),
  },
  {
    title: "a file that is read",
    async play(talk) {
      await put(talk, "seen.md", "# Seen\n");
      return talk.say("read seen.md");
    },
    expected: () => ({ said: "seen.md says: Seen", tools: [{ name: "Read", status: "completed" }] }),
  },
  tool("a command", "run echo hello", { said: "The command printed: hello", tools: [{ name: "Bash" }] }),
  tool("files that are found by name", "find files s*.md", {
    said: "Found: seen.md",
    tools: [{ status: "completed" }],
  }),
  {
    title: "files that are found by what they hold",
    async play(talk) {
      await put(talk, "needle.md", "the needle\n");
      return talk.say("search needle", { decide: allow });
    },
    expected: () => ({ said: "Found: needle.md", tools: [{ status: "completed" }] }),
  },
  tool("a list of tasks", "plan wash, dry", { said: "Planned 2 tasks." }),
  {
    title: "two calls in one answer",
    async play(talk) {
      await put(talk, "one.md", "# One\n");
      await put(talk, "two.md", "# Two\n");
      return talk.say("both one.md two.md");
    },
    expected: () => ({
      said: "Read 2 of 2 files.",
      tools: [
        { name: "Read", input: { file_path: "./one.md" }, status: "completed" },
        { name: "Read", input: { file_path: "./two.md" }, status: "completed" },
      ],
    }),
  },
  tool("several steps, one after the other", "steps 3", {
    said: "Took 3 steps.",
    tools: [1, 2, 3].map((step) => ({ input: { command: `echo step ${step}` }, status: "completed" })),
  }),
  tool("words before a call", "announce echo hi", {
    said: expect.stringMatching(/^Let me run echo hi\.\s*It printed hi\.$/),
    tools: [{ input: { command: "echo hi" } }],
  }),
  tool("thinking before a call", "ponder echo ho", { said: "It printed ho.", thought: "Is echo ho safe?" }),
  {
    title: "a call with a long input, full of what JSON escapes",
    play: (talk) => playWithFile(talk, "fill long.txt 300", "long.txt"),
    expected: () => ({
      said: "Filled long.txt.",
      file: expect.stringMatching(/^0\t"quoted" \\ ünï ✅\n[\s\S]*\n299\t"quoted" \\ ünï ✅$/) as string,
    }),
  },
  tool("a tool that fails", "read missing.md", {
    said: "I could not read missing.md.",
    tools: [{ name: "Read", status: "failed" }],
  }),
  tool("a command that fails", "run exit 3", {
    said: expect.stringMatching(/^The command failed: .*3/),
    tools: [{ name: "Bash", status: "failed" }],
  }),
  {
    title: "a tool that the person refuses",
    play: (talk) => talk.say("write denied.txt no", { decide: () => "deny" }),
    expected: () => ({
      end: expect.stringMatching(/^(?:end_turn|cancelled)$/) as string,
      tools: [{ status: "failed" }],
    }),
  },
  {
    title: "an image that a tool has read",
    async play(talk) {
      await writeFile(path.join(talk.world.workspace, "dot.png"), Buffer.from(PNG, "base64"));
      return talk.say("look at dot.png");
    },
    expected: () => ({
      said: expect.stringMatching(/^I see image\/png(?:, image\/png)?\.$/) as string,
      tools: [{ name: "Read", status: "completed" }],
    }),
  },
];

/** A case of one prompt that uses tools, all of which the person allows. */
function tool(title: string, text: string, expected: Record<string, unknown>): EndpointCase {
  return {
    title,
    play: (talk) => talk.say(text, { decide: allow }),
    expected: () => ({ end: "end_turn", ...expected }),
  };
}

async function playWithFile(talk: Talk, text: string, file: string): Promise<Record<string, unknown>> {
  const observed = await talk.say(text, { decide: allow });
  return { ...observed, file: await readFile(path.join(talk.world.workspace, file), "utf8") };
}

async function put({ world }: Talk, file: string, text: string): Promise<void> {
  await writeFile(path.join(world.workspace, file), text);
}
