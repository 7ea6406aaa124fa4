import type { Backend } from "../backend.ts";
import { spareOpeningOf } from "../probe.ts";
import { inBlocks } from "../schedule.ts";
import { ROOM_FOR_ALL, type Stage } from "../stage.ts";
import type { Stand } from "../stand.ts";

const KNOWN = { name: "first turn after a restart, known conversation", unit: "ms" };
const NEW = { name: "first turn after a restart, new conversation", unit: "ms" };
const RESTED = { name: "first turn after a restart, new conversation, Gateway at rest", unit: "ms" };
const SHARED = { name: "first turn after a restart, agents of all in one Gateway", unit: "ms" };

/**
 * The very first turn of a Gateway, asked as soon as it says that it is ready, so one Gateway for each figure; each has
 * agents of one backend alone, and its first start with them is not counted. A bare adapter has a new process instead, in
 * which the session is resumed. At rest means that nothing is being done any more, and that the plugin's first spare session is open.
 */
export const restart: Stage = {
  name: "restart",
  rounds: 2,
  async run({ stand, figures, rounds }) {
    const conversation = await beginConversation(stand);
    await inBlocks(stand.hosted, rounds, async (backend) => {
      const { column, ask, isOurs } = backend;
      await stand.start(ROOM_FOR_ALL, backend);
      await stand.settle();
      await stand.start(ROOM_FOR_ALL, backend);
      figures.add(KNOWN, column, (await ask(conversation)).totalMs);
      await stand.start(ROOM_FOR_ALL, backend);
      figures.add(NEW, column, (await ask(stand.newConversation())).totalMs);
      await stand.start(ROOM_FOR_ALL, backend);
      if (isOurs) await spareOpeningOf(stand.gateway.url);
      await stand.settle();
      figures.add(RESTED, column, (await ask(stand.newConversation())).totalMs);
    });
    await inBlocks(stand.bare, rounds, async (backend) => {
      await backend.rest();
      figures.add(KNOWN, backend.column, (await backend.ask(conversation)).totalMs);
    });
  },
};

/** The same in a Gateway that has agents of every backend, which pays for what any of them has the host do at its start. */
export const sharedRestart: Stage = {
  name: "shared-restart",
  rounds: 2,
  async run({ stand, figures, rounds }) {
    const conversation = await beginConversation(stand);
    await inBlocks(stand.hosted, rounds, async ({ column, ask }) => {
      await stand.start(ROOM_FOR_ALL);
      figures.add(SHARED, column, (await ask(conversation)).totalMs);
    });
  },
};

/** Resolves to a conversation that everybody has had a turn in. */
async function beginConversation(stand: Stand): Promise<string> {
  const conversation = stand.newConversation();
  const backends: Backend[] = [...stand.hosted, ...stand.bare];
  await stand.start(ROOM_FOR_ALL);
  for (const backend of backends) await backend.ask(conversation);
  return conversation;
}
