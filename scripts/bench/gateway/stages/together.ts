import { memoryOf } from "../../memory.ts";
import type { Backend } from "../backend.ts";
import type { Column } from "../columns.ts";
import { processStateOf } from "../probe.ts";
import { settled } from "../process-tree.ts";
import { inBlocks } from "../schedule.ts";
import { ROOM_FOR_ALL, warmUp, type Stage, type StageOptions } from "../stage.ts";

const CONVERSATIONS = 8;
const WARM_TIMES = 3;
const MB = 1_024 ** 2;

const NEW = { name: "8 new conversations at once, to the last answer", unit: "ms" };
const NEW_RATE = { name: "8 new conversations at once", unit: "turns/s", digits: 2 };
const WARM = { name: "8 warm conversations at once, to the last answer", unit: "ms" };
const WARM_RATE = { name: "8 warm conversations at once", unit: "turns/s", digits: 2 };
const RESIDENT = { name: "memory of a warm conversation, resident", unit: "MB" };
const PROPORTIONAL = { name: "memory of a warm conversation, shared pages shared out", unit: "MB" };
const GATEWAY_BEFORE = { name: "memory of the Gateway after its first turn, resident", unit: "MB" };
const GATEWAY_AFTER = { name: "memory of the Gateway with 8 warm conversations, resident", unit: "MB" };

type Options = Pick<StageOptions, "stand" | "figures">;

/** Eight conversations at once, first new, then warm, and what they take up then. Each backend has a Gateway of its own. */
export const together: Stage = {
  name: "together",
  rounds: 2,
  async run({ stand, figures, rounds }) {
    const options = { stand, figures };
    await inBlocks(stand.hosted, rounds, async (backend) => {
      await stand.start({ ...ROOM_FOR_ALL, spareSessions: 0 });
      await warmUp(stand, [backend]);
      await measureGateway(options, GATEWAY_BEFORE, backend.column);
      await measure(options, { backend, settle: () => stand.settle() });
      await measureGateway(options, GATEWAY_AFTER, backend.column);
    });
    await stand.stop();
    await inBlocks(stand.bare, rounds, async (backend) => {
      await backend.rest();
      await backend.ask(stand.newConversation());
      await measure(options, { backend, settle: () => settled(backend.pids) });
      await backend.rest();
    });
  },
};

async function measure(
  { stand, figures }: Options,
  { backend, settle }: { backend: Backend; settle: () => Promise<unknown> },
): Promise<void> {
  const { column } = backend;
  await settle();
  const conversations = Array.from({ length: CONVERSATIONS }, () => stand.newConversation());
  const askAll = async (): Promise<number> => {
    const turns = await Promise.all(conversations.map((conversation) => backend.ask(conversation)));
    return Math.max(...turns.map(({ totalMs }) => totalMs));
  };
  const first = await askAll();
  figures.add(NEW, column, first);
  figures.add(NEW_RATE, column, (1_000 * CONVERSATIONS) / first);
  for (let time = 0; time < WARM_TIMES; time += 1) {
    await settle();
    const last = await askAll();
    figures.add(WARM, column, last);
    figures.add(WARM_RATE, column, (1_000 * CONVERSATIONS) / last);
  }
  await settle();
  // The conversation of the warming up has its process as well.
  const { resident, proportional } = await memoryOf(await backend.pids());
  figures.add(RESIDENT, column, resident / (CONVERSATIONS + 1));
  figures.add(PROPORTIONAL, column, proportional / (CONVERSATIONS + 1));
}

async function measureGateway(
  { stand, figures }: Options,
  row: typeof GATEWAY_BEFORE,
  column: Column,
): Promise<void> {
  figures.add(row, column, (await processStateOf(stand.gateway.url)).rss / MB);
}
