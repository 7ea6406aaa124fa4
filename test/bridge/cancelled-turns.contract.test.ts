import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createSeededRandom, type SeededRandom } from "../fixtures/seeded-random.ts";
import {
  startScriptedMessagesApi,
  type ScriptedMessagesApi,
} from "../fixtures/scripted-messages-api/scripted-messages-api.ts";
import { processesWithHome } from "../suites/acp-adapter-contract/world-processes.ts";
import { createBridgeWorld, type BridgeWorld } from "./bridge-world.ts";
import { CANCEL_MOMENTS, cancelledTurn, echoingResponder, type CancelMoment } from "./cancelled-turn.ts";

const NODE_MODULES = join(import.meta.dirname, "../../node_modules");
const CONVERSATIONS = ["one", "two", "three", "four"];
const CANCELS_EACH = 25;
const SEED = 20_260_101;
const NEXT_TURN_MS = 60_000;
const ALL_TURNS_MS = 900_000;

type RealClaude = { world: BridgeWorld; model: ScriptedMessagesApi; home: string };

/** The bridge of the other tests, on a real adapter with real Claude Code and a scripted model. */
async function realClaude(program: string): Promise<RealClaude> {
  const home = await mkdtemp(join(tmpdir(), "cancelled-"));
  const model = await startScriptedMessagesApi({ reply: echoingResponder() });
  onTestFinished(async () => {
    await model.close();
    await rm(home, { recursive: true, force: true });
  });
  const variables = {
    HOME: home,
    TMPDIR: home,
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: "sk-test",
  };
  const environmentFile = join(home, "environment");
  await writeFile(
    environmentFile,
    Object.entries(variables)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  const world = await createBridgeWorld();
  world.program = [`--env-file=${environmentFile}`, join(NODE_MODULES, program)];
  world.transcriptSearch = "fails";
  world.openSessionMs = NEXT_TURN_MS;
  return { world, model, home };
}

type Conversation = RealClaude & { name: string; random: SeededRandom };

/** The moments in an order of their own, each of them in turn, so that none is left out by chance. */
async function cancelAndGoOn(conversation: Conversation): Promise<string[]> {
  const { world, random, name } = conversation;
  const openclawSessionKey = `agent:dev:${name}`;
  const wrong: string[] = [];
  for (let count = 0; count < CANCELS_EACH; count += 1) {
    const id = `${name}-${count}`;
    const moment = momentOf(count, random);
    const ended = cancelledTurn(conversation, { openclawSessionKey, moment, id, random });
    // Sometimes the next message is already there when the turn has not settled yet.
    if (random.below(2) === 0) await ended.settled;
    else await ended.cancelled;
    const answer = await world.says(`say answer ${id}`, {
      openclawSessionKey,
      signal: AbortSignal.timeout(NEXT_TURN_MS),
    });
    if (answer !== `answer ${id}`) wrong.push(`${id} (${moment}): ${answer}`);
    wrong.push(...(await ended.settled).map((why) => `${id} (${moment}): ${why}`));
  }
  return wrong;
}

function momentOf(count: number, random: SeededRandom): CancelMoment {
  return CANCEL_MOMENTS[count] ?? random.pick(CANCEL_MOMENTS);
}

describe.each([
  { adapter: "claude-agent-acp", program: "@agentclientprotocol/claude-agent-acp/dist/index.js" },
  { adapter: "claude-code-acp", program: "@zed-industries/claude-code-acp/dist/index.js" },
])("turns cancelled on $adapter", ({ program }) => {
  it(
    `${CONVERSATIONS.length * CANCELS_EACH} times at any moment: the next answer is exactly its own`,
    async () => {
      const claude = await realClaude(program);
      const random = createSeededRandom(SEED);
      const wrong = await Promise.all(
        CONVERSATIONS.map((name) =>
          cancelAndGoOn({ ...claude, name, random: createSeededRandom(random.below(2 ** 31)) }),
        ),
      );
      expect(wrong.flat()).toEqual([]);
      await claude.world.pool.drain();
      expect(await processesWithHome(claude.home)).toEqual([]);
    },
    ALL_TURNS_MS,
  );
});
