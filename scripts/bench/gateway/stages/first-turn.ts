import { setTimeout as delay } from "node:timers/promises";
import type { HostedBackend } from "../backend.ts";
import { rootsOf, settled } from "../process-tree.ts";
import { orderOf } from "../schedule.ts";
import { ROOM_FOR_ALL, warmUp, type Stage, type StageOptions } from "../stage.ts";

/** In each block, after one that is not counted: whichever agent had no turn for a while has its database opened again by the host. */
const CONVERSATIONS = 4;
const SPARE_LIMIT_MS = 30_000;

const WITHOUT = { name: "first turn of a conversation, no process ready", unit: "ms" };
const READY = { name: "first turn of a conversation, one ready", unit: "ms" };

/**
 * New conversations in a Gateway that has taken turns. Ready is a spare session of the plugin, and for a bare adapter a
 * session that was opened before.
 */
export const firstTurn: Stage = {
  name: "first-turn",
  rounds: 3,
  async run(options) {
    const { stand, rounds } = options;
    for (let round = 0; round < rounds; round += 1) {
      await stand.start({ ...ROOM_FOR_ALL, spareSessions: 0 });
      await withoutProcess(options, round);
      await stand.start({ ...ROOM_FOR_ALL, spareSessions: 1 });
      await withProcess(options, round);
    }
  },
};

async function withoutProcess({ stand, figures }: StageOptions, round: number): Promise<void> {
  const backends = [...stand.hosted, ...stand.bare];
  await warmUp(stand, backends);
  for (const backend of orderOf(backends, round)) {
    await backend.ask(stand.newConversation());
    await stand.settle();
    for (let count = 0; count < CONVERSATIONS; count += 1) {
      const { totalMs } = await backend.ask(stand.newConversation());
      figures.add(WITHOUT, backend.column, totalMs);
      await stand.settle();
    }
  }
}

async function withProcess({ stand, figures }: StageOptions, round: number): Promise<void> {
  const ours = stand.hosted.filter(({ isOurs }) => isOurs);
  await warmUp(stand, ours);
  for (const backend of orderOf(ours, round)) {
    await spareBeside(backend, 1);
    await backend.ask(stand.newConversation());
    for (let count = 0; count < CONVERSATIONS; count += 1) {
      // One conversation was had to warm up, and one to begin the block.
      await spareBeside(backend, count + 2);
      await stand.settle();
      figures.add(READY, backend.column, (await backend.ask(stand.newConversation())).totalMs);
    }
  }
  for (const backend of stand.bare) {
    for (let count = 0; count < CONVERSATIONS; count += 1) {
      const conversation = stand.newConversation();
      await backend.open(conversation);
      await settled(backend.pids);
      figures.add(READY, backend.column, (await backend.ask(conversation)).totalMs);
    }
  }
}

/** Waits until a process more runs than there are conversations. */
async function spareBeside(backend: HostedBackend, conversations: number): Promise<void> {
  const deadline = Date.now() + SPARE_LIMIT_MS;
  while ((await rootsOf(await backend.pids())).length <= conversations) {
    if (Date.now() > deadline) throw new Error(`${backend.agentId} has no spare session`);
    await delay(200);
  }
}
