import { inBlocks, inTurn } from "../schedule.ts";
import { ROOM_FOR_ALL, warmUp, type Stage } from "../stage.ts";

const TURNS = 6;
const ROW = { name: "warm turn, two agents alternating", unit: "ms" };

/** Two agents of the same backend, a turn each, to and fro. Only the host knows agents, so the bare adapters have none. */
export const alternatingAgents: Stage = {
  name: "alternating",
  rounds: 3,
  async run({ stand, figures, rounds }) {
    await stand.stop();
    const twins = await stand.twins();
    await stand.start(ROOM_FOR_ALL);
    await warmUp(stand, [...stand.hosted, ...twins.values()]);
    const conversation = stand.newConversation();
    await inBlocks(stand.hosted, rounds, async (first) => {
      const pair = [first, twins.get(first.agentId) ?? first];
      for (const agent of pair) await agent.ask(conversation);
      await stand.settle();
      await inTurn(TURNS, async (turn) => {
        const agent = pair[turn % 2] ?? first;
        figures.add(ROW, agent.column, (await agent.ask(conversation)).totalMs);
      });
    });
  },
};
