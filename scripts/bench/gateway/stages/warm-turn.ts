import type { Backend, HostedBackend } from "../backend.ts";
import type { Turn } from "../model-clock.ts";
import { forgetMarks, turnPartsOf, type TurnParts } from "../probe.ts";
import { inBlocks, inTurn } from "../schedule.ts";
import { ROOM_FOR_ALL, warmUp, type Stage, type StageOptions } from "../stage.ts";

const TURNS = 5;

const TIMES: [string, (turn: Turn) => number][] = [
  ["warm turn", ({ totalMs }) => totalMs],
  ["warm turn: until the model is asked", ({ untilModelMs }) => untilModelMs],
  ["warm turn: after the model's reply", ({ afterModelMs }) => afterModelMs],
];

const PARTS: [string, (parts: TurnParts) => number][] = [
  ["of it OpenClaw, before it calls the plugin", ({ hostBefore }) => hostBefore],
  ["of it the plugin, until the prompt is sent", ({ ownBefore }) => ownBefore],
  ["of it the adapter and Claude Code", ({ agent }) => agent],
  ["of it the plugin, after the prompt's end", ({ ownAfter }) => ownAfter],
  ["of it OpenClaw, after the plugin's result", ({ hostAfter }) => hostAfter],
  ["of it the plugin, both together", ({ ownBefore, ownAfter }) => ownBefore + ownAfter],
  [
    "of it OpenClaw's functions that the plugin waits for (history, hooks, tools, its row)",
    ({ asked }) => asked,
  ],
];

/** Blocks of turns of one conversation each, and where their time goes. A block's first turn is not counted. */
export const warmTurn: Stage = {
  name: "warm",
  rounds: 4,
  async run({ stand, figures, rounds }) {
    await stand.start(ROOM_FOR_ALL);
    const backends = [...stand.hosted, ...stand.bare];
    await warmUp(stand, backends);
    const conversation = stand.newConversation();
    await inBlocks(backends, rounds, async (backend) => {
      await backend.ask(conversation);
      await stand.settle();
      await inTurn(TURNS, () => measure({ stand, figures }, { backend, conversation }));
    });
  },
};

async function measure(
  { stand, figures }: Pick<StageOptions, "stand" | "figures">,
  { backend, conversation }: { backend: Backend | HostedBackend; conversation: string },
): Promise<void> {
  const { column } = backend;
  const { url } = stand.gateway;
  await forgetMarks(url);
  const turn = await backend.ask(conversation);
  for (const [name, time] of TIMES) figures.add({ name, unit: "ms" }, column, time(turn));
  if (!("isOurs" in backend && backend.isOurs)) return;
  const parts = await turnPartsOf(url, turn);
  if (parts === null) return;
  for (const [name, part] of PARTS) figures.add({ name, unit: "ms", digits: 1 }, column, part(parts));
}
