import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AdapterName } from "../../src/config/schema.ts";
import { createClaudeWorld } from "./acp-adapter-contract/claude-world.ts";
import type { EndpointFormat } from "./acp-adapter-contract/scripted-endpoint.ts";
import { FIRST_WORD } from "./acp-adapter-contract/world-of-cases.ts";
import { COMPACTION_CASE, ENDING_CASES } from "./endpoint-conversations/ending-cases.ts";
import { SPEECH_CASES } from "./endpoint-conversations/speech-cases.ts";
import { createTalk, type Talk } from "./endpoint-conversations/talk.ts";
import { TOOL_USE_CASES } from "./endpoint-conversations/tool-use-cases.ts";

const HOOK_TIMEOUT_MS = 120_000;
const CASES = [...SPEECH_CASES, ...TOOL_USE_CASES, ...ENDING_CASES, COMPACTION_CASE];

/**
 * Plays conversations with real Claude Code at two endpoints with the same script for a model: one speaks Anthropic's
 * Messages API, one Chat Completions with the translator before it. Answers, tools and usage have to be the same. All
 * cases of an adapter are one conversation at each endpoint, in this order.
 */
export function describeEndpointConversations(adapter: AdapterName): void {
  describe(`${adapter}, whatever its endpoint speaks`, () => {
    let talks: Record<EndpointFormat, Talk> | undefined;

    beforeAll(async () => {
      const [anthropic, openai] = await Promise.all([begin(adapter, "anthropic"), begin(adapter, "openai")]);
      talks = { anthropic, openai };
    }, HOOK_TIMEOUT_MS);

    afterAll(async () => {
      for (const talk of Object.values(talks ?? {})) {
        await talk.leave();
        await talk.world.dispose();
      }
    }, HOOK_TIMEOUT_MS);

    it.each(CASES)("gives the same for $title", async ({ play, expected }) => {
      if (talks === undefined) throw new Error("The worlds of these cases could not be set up.");
      const [direct, translated] = await Promise.all([play(talks.anthropic), play(talks.openai)]);
      expect(direct).toMatchObject(expected(adapter) as object);
      expect(translated).toEqual(direct);
    });
  });
}

/** The first turn is over: a session that has completed none can not be resumed. */
async function begin(name: AdapterName, format: EndpointFormat): Promise<Talk> {
  const reportsUsage = name === "claude-agent-acp";
  const world = await createClaudeWorld({ name, format, reportsUsage, asksQuestions: false, gated: false });
  const commands = path.join(world.workspace, ".claude/commands");
  await mkdir(commands, { recursive: true });
  await writeFile(path.join(commands, "greet.md"), "say hello $ARGUMENTS");
  const talk = createTalk(world);
  await talk.say(`remember ${FIRST_WORD}`);
  return talk;
}
