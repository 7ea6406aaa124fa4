import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createTurnMeter } from "../../src/bridge/turn-meter.ts";
import { totalTokensOf } from "../../src/bridge/turn-usage.ts";
import { textReply, type Responder } from "../fixtures/scripted-messages-api/reply.ts";
import { createClaudeWorld } from "../suites/acp-adapter-contract/claude-world.ts";
import { allow, startTurn } from "../suites/acp-adapter-contract/recorded-turn.ts";

/** Two files at once, then one, then an answer; each request is larger than the one before. */
function readingScript(path: string): Responder {
  let requests = 0;
  const read = { type: "tool_use" as const, name: "Read", input: { file_path: path } };
  return ({ turnToolResults }) => {
    requests += 1;
    const usage = {
      inputTokens: 10,
      outputTokens: 20,
      cacheReadTokens: 1000 * requests,
      cacheWriteTokens: 5,
    };
    if (turnToolResults.length >= 3) return textReply("Read.", { usage });
    if (turnToolResults.length === 2) return { content: [read], usage };
    // The first tool runs while the answer that calls it still streams.
    return { content: [{ type: "text", text: "Reading." }, read, read], usage, chunkDelayMs: 50 };
  };
}

describe("the sizes of requests that claude-agent-acp tells while a turn runs", () => {
  it("add up to the tokens that it tells at the end", async () => {
    const world = await createClaudeWorld({
      name: "claude-agent-acp",
      reportsUsage: true,
      asksQuestions: true,
    });
    onTestFinished(() => world.dispose());
    const path = join(world.workspace, "notes.txt");
    await writeFile(path, "two words");
    world.model?.respondWith(readingScript(path));
    const session = await world.adapter.createSession({
      workspace: world.workspace,
      systemPromptAppend: "",
      claudeOptions: {},
    });
    const turn = startTurn(session, "read the notes", { decide: allow });
    const { usage } = await turn.outcome;
    const meter = createTurnMeter();
    for (const update of turn.updates) meter.apply(update);
    // Three requests: 10 + 20 + 5 each, and 1,000, 2,000 and 3,000 from the cache.
    expect(usage && totalTokensOf(usage)).toBe(6105);
    expect(meter.tokens).toBe(6105);
  });
});
