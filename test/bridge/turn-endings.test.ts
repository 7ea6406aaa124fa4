import { describe, expect, it } from "vitest";
import { COMPACTED_NOTICE, noticesOf } from "../../src/bridge/session-start.ts";
import { createBridgeWorld, KEY, type BridgeWorld } from "./bridge-world.ts";
import { deadOwner, leaveTurn } from "./left-turn.ts";
import { streamedText, watched } from "./watched-turn.ts";

const [INTERRUPTED = ""] = noticesOf({ interrupted: true, fresh: undefined, summarized: false });
const SILENT = "_Claude Code finished without a message._";
const [LOST = ""] = noticesOf({ interrupted: false, fresh: "lost", summarized: false });

async function interrupted(world: BridgeWorld): Promise<void> {
  await world.says("say one");
  await leaveTurn(world.workspace, { key: KEY, owner: await deadOwner() });
}

async function lost(world: BridgeWorld): Promise<void> {
  await world.says("say one");
  await world.restart();
  for (const id of await world.transcripts()) await world.deleteTranscript(id);
}

async function full(world: BridgeWorld): Promise<void> {
  world.flags = ["--context-limit", "1"];
  await world.says("say one");
  world.flags = [];
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

const CASES: [name: string, before: (world: BridgeWorld) => Promise<void>, prompt: string, text: string][] = [
  ["an answer", nothing, "say hello", "hello"],
  ["an answer in pieces", nothing, "count to 3", "1 2 3"],
  ["no answer", nothing, "empty", SILENT],
  ["a command without one", nothing, "/compact", "_Done. Claude Code printed nothing for this command._"],
  ["a refusal", nothing, "refuse", "_Claude declined to answer this._"],
  ["a notice and an answer", interrupted, "say hello", `${INTERRUPTED}\n\nhello`],
  ["a notice and no answer", interrupted, "empty", `${INTERRUPTED}\n\n${SILENT}`],
  ["a notice and a refusal", interrupted, "refuse", `${INTERRUPTED}\n\n_Claude declined to answer this._`],
  ["a notice of a lost session", lost, "say hello", `${LOST}\n\nhello`],
  ["a notice in front of a tool", lost, "run ls", `${LOST}\n\nI was not allowed to run ls.`],
  ["a notice of a compaction", full, "say hello", `${COMPACTED_NOTICE}\n\nhello`],
];

describe("whoever watches a turn reads what its record says in the end", () => {
  it.each(CASES)("%s", async (_, before, prompt, text) => {
    const world = await createBridgeWorld();
    await before(world);
    const { outcome, events } = await watched(world, prompt);
    expect(outcome.text).toBe(text);
    expect(streamedText(events).trimEnd()).toBe(text);
  });

  it("also that its session could not be noted", async () => {
    const world = await createBridgeWorld();
    world.store = { ...world.store, install: () => Promise.reject(new Error("The disk is full.")) };
    const { outcome, events } = await watched(world, "say hello");
    expect(outcome.text).toMatch(/^hello\n\n_This conversation's Claude session could not be noted: /);
    expect(streamedText(events)).toBe(outcome.text);
  });
});

describe("a message with files that is sent again, because room is made for it", () => {
  it("has its files copied once", async () => {
    const world = await createBridgeWorld();
    await full(world);
    const attachment = { name: "notes.txt", mimeType: "text/plain", path: import.meta.filename };
    await world.says("say hello", { attachments: [attachment] });
    const notes = (await world.prompts()).flatMap(
      (prompt) => /^- (\/\S+notes\.txt)/m.exec(prompt)?.[1] ?? [],
    );
    expect(notes).toHaveLength(2);
    expect(new Set(notes).size).toBe(1);
  });
});
