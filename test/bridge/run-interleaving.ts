import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { TurnOutcome } from "../../src/bridge/turn.ts";
import { createSeededRandom, type SeededRandom } from "../fixtures/seeded-random.ts";
import { createBridgeWorld, type BridgeWorld } from "./bridge-world.ts";
import { createConversationModel, RECALL, type ConversationModel } from "./conversation-model.ts";

const CONVERSATIONS = 5;
const STEPS = { least: 5, spread: 2 };

/** A process id that Linux never gives away. */
const NOBODY = { pid: 2 ** 30, host: "", startTime: "1" };

type Conversation = { openclawSessionKey: string; model: ConversationModel };

type Interleaving = {
  world: BridgeWorld;
  random: SeededRandom;
  conversations: [Conversation, ...Conversation[]];
  /** Every message that was sent, and whether it was answered. */
  messages: Map<string, "answered" | "unanswered">;
  log: string[];
};

/** One thing that happens in a conversation; resolves to the check of what came of it, once its turn has settled. */
type Action = (conversation: Conversation) => Promise<() => void>;

/**
 * A random interleaving of turns, resets, restarts, crashes, kills and cancels, checked against a model of what each
 * conversation must remember. Rejects with everything that was done.
 */
export async function runInterleaving(seed: number, agentProgram: string): Promise<void> {
  const conversation = (_: unknown, index: number): Conversation => ({
    openclawSessionKey: `agent:dev:${index}`,
    model: createConversationModel(),
  });
  const interleaving: Interleaving = {
    world: await createBridgeWorld(),
    random: createSeededRandom(seed),
    conversations: Array.from({ length: CONVERSATIONS }, conversation) as Interleaving["conversations"],
    messages: new Map(),
    log: [],
  };
  const { random, log, world } = interleaving;
  world.program = [agentProgram];
  try {
    const steps = STEPS.least + random.below(STEPS.spread);
    for (let step = 0; step < steps; step += 1) await takeStep(interleaving);
    await checkEverything(interleaving);
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    const history = log.map((line) => `  ${line}`).join("\n");
    throw new Error(`INTERLEAVING_SEED=${seed}: ${words}\n${history}`, { cause });
  } finally {
    await world.pool.drain();
  }
}

/** As often as they happen. */
const STEP_KINDS = [
  ...(["burst", "burst", "burst", "burst", "turn", "turn"] as const),
  ...(["restart", "crash", "crash in a turn"] as const),
] as const;

async function takeStep(interleaving: Interleaving): Promise<void> {
  const { random, world, log } = interleaving;
  const step = random.pick(STEP_KINDS);
  log.push(step);
  if (step === "restart") return world.restart();
  if (step === "crash") return world.crash();
  if (step === "crash in a turn") return crashInTurn(interleaving);
  await burst(interleaving, step === "turn" ? 1 : 2 + random.pick([0, 0, 1, 2]));
}

/** Several actions at once, in the same conversations and in others; their checks apply in the order of their beginning. */
async function burst(interleaving: Interleaving, size: number): Promise<void> {
  const { random, conversations } = interleaving;
  const begun = Array.from({ length: size }, () => {
    const conversation = random.pick(conversations);
    const kind = random.pick(KINDS);
    return { conversation, kind, checked: ACTIONS[kind](interleaving, random)(conversation) };
  });
  const checks = await Promise.all(begun.map(({ checked }) => checked));
  for (const [index, check] of checks.entries()) {
    const { conversation } = begun[index] ?? {};
    // A reset cancels what was there before it; of that nothing is left to be checked.
    const isUndone = begun.some(
      (other, place) => place > index && other.kind === "reset" && other.conversation === conversation,
    );
    if (!isUndone) check();
  }
}

/** As often as they happen. */
const KINDS = ["remember", "remember", "remember", "recall", "cancel", "kill", "reset"] as const;

const ACTIONS: Record<(typeof KINDS)[number], (interleaving: Interleaving, random: SeededRandom) => Action> =
  {
    remember: (interleaving) => async (conversation) => {
      const { word, outcome } = await send(interleaving, conversation, (word) => `remember ${word}`);
      return () => {
        conversation.model.checkRemembered(outcome, word);
      };
    },
    recall: (interleaving) => async (conversation) => {
      const { outcome } = await send(interleaving, conversation, () => RECALL);
      return () => {
        conversation.model.checkRecalled(outcome);
      };
    },
    cancel: (interleaving, random) => async (conversation) => {
      const signal = AbortSignal.timeout(random.below(300));
      const prompt = (word: string): string => `remember ${word}\ncount to 1000`;
      const { word, outcome } = await send(interleaving, conversation, prompt, signal);
      return () => {
        conversation.model.checkUnfinished(outcome, { kind: "cancelled", word });
      };
    },
    kill: (interleaving) => async (conversation) => {
      const prompt = (word: string): string => `remember ${word}\ntalk-then-die`;
      const { word, outcome } = await send(interleaving, conversation, prompt);
      return () => {
        conversation.model.checkUnfinished(outcome, { kind: "failed", word });
      };
    },
    reset:
      ({ world, log }) =>
      async (conversation) => {
        const { openclawSessionKey, model } = conversation;
        log.push(`${openclawSessionKey}: reset`);
        await world.bridge.resetConversation({ agentId: "dev", openclawSessionKey }, "reset");
        return () => {
          model.reset();
        };
      },
  };

async function send(
  { world, messages, log }: Interleaving,
  { openclawSessionKey }: Conversation,
  promptFor: (word: string) => string,
  signal?: AbortSignal,
): Promise<{ word: string; outcome: TurnOutcome }> {
  const id = messages.size + 1;
  const word = `word${id}`;
  const prompt = `message ${id}\n${promptFor(word)}`;
  messages.set(prompt, "unanswered");
  log.push(`${openclawSessionKey}: ${JSON.stringify(prompt)}`);
  const outcome = await world.turn(prompt, {
    openclawSessionKey,
    ...(signal === undefined ? {} : { signal }),
  });
  if (outcome.kind === "completed") messages.set(prompt, "answered");
  log.push(`${openclawSessionKey}: message ${id} ${outcome.kind} ${JSON.stringify(outcome.text)}`);
  return { word, outcome };
}

/**
 * The whole process is killed while turns run. What it would have left on disk is copied in that moment, and put back
 * when its turns, which cannot be killed without the test, have ended.
 */
async function crashInTurn(interleaving: Interleaving): Promise<void> {
  const { world, random, conversations } = interleaving;
  const state = join(world.workspace, ".openclaw");
  const copy = `${state}-at-the-crash`;
  const end = new AbortController();
  const hit = new Set(Array.from({ length: 1 + random.below(2) }, () => random.pick(conversations)));
  const words: string[] = [];
  const turns = [...hit].map((conversation) => {
    const prompt = (word: string): string => `remember ${(words.push(word), word)}\ncount to 1000`;
    return send(interleaving, conversation, prompt, end.signal);
  });
  await untilReceived(world, words);
  await cp(state, copy, { recursive: true });
  end.abort();
  await Promise.all(turns);
  await world.crash();
  await rm(state, { recursive: true });
  await cp(copy, state, { recursive: true });
  await rm(copy, { recursive: true });
  await disownTurns(join(state, "contractor-agent/open-turns"));
  for (const [index, conversation] of [...hit].entries()) conversation.model.interrupted(words[index] ?? "");
}

async function untilReceived(world: BridgeWorld, words: string[]): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const received = await world.prompts();
    if (words.every((word) => received.some((prompt) => prompt.includes(`remember ${word}\n`)))) return;
    if (performance.now() > deadline) throw new Error(`Never received: ${words.join(", ")}`);
    await delay(20);
  }
}

/** The turns of this test's own process become those of one that is gone. */
async function disownTurns(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const turn = JSON.parse(await readFile(path, "utf8")) as { owner: { host: string } };
    await writeFile(path, JSON.stringify({ ...turn, owner: { ...NOBODY, host: turn.owner.host } }));
  }
}

async function checkEverything(interleaving: Interleaving): Promise<void> {
  const { world, conversations, messages } = interleaving;
  const used = conversations.filter(({ model }) => model.answeredBy !== null);
  const recalls = used.map((conversation) => send(interleaving, conversation, () => RECALL));
  for (const [index, { outcome }] of (await Promise.all(recalls)).entries()) {
    used[index]?.model.checkRecalled(outcome);
  }
  const active = (await world.store.list()).filter(({ state }) => state === "active");
  const actual = active.map(({ openclawSessionKey, claudeSessionId }) => [
    openclawSessionKey,
    claudeSessionId,
  ]);
  const expected = used.map(({ openclawSessionKey, model }) => [openclawSessionKey, model.answeredBy]);
  if (JSON.stringify(actual.toSorted()) !== JSON.stringify(expected.toSorted())) {
    throw new Error(
      `Active are ${JSON.stringify(actual)}, but answered last has ${JSON.stringify(expected)}`,
    );
  }
  const received = await world.prompts();
  for (const [prompt, answered] of messages) {
    const times = received.filter((other) => other === prompt).length;
    const isRight = answered === "answered" ? times === 1 : times <= 1;
    if (!isRight) throw new Error(`${JSON.stringify(prompt)} was received ${times} times`);
  }
}
