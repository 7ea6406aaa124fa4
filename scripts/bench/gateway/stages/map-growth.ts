import { writeFile } from "node:fs/promises";
import { ensureStateDir, sessionMapPathOf } from "../../../../src/contractor/runtime-state.ts";
import { mapEntry } from "../../session-map-entries.ts";
import type { HostedBackend } from "../backend.ts";
import { inBlocks, inTurn } from "../schedule.ts";
import { ROOM_FOR_ALL, warmUp, type Stage, type StageOptions } from "../stage.ts";

const FEW = 10;
const MANY = 10_000;
const WARM_TURNS = 4;
const FIRST_TURNS = 2;

/** Two agents of each adapter in one Gateway: one has few conversations in its session map, its twin has many. */
export const mapGrowth: Stage = {
  name: "growth",
  rounds: 3,
  async run(options) {
    const { stand, rounds, amount } = options;
    await stand.stop();
    const twins = await stand.twins();
    const sides = stand.hosted
      .filter(({ isOurs }) => isOurs)
      .flatMap((backend) => {
        const twin = twins.get(backend.agentId);
        return twin === undefined
          ? []
          : [
              { backend, mapped: FEW },
              { backend: twin, mapped: amount(MANY) },
            ];
      });
    for (const { backend, mapped } of sides) await fillMap(backend, mapped);
    await stand.start({ ...ROOM_FOR_ALL, spareSessions: 0 });
    await warmUp(
      stand,
      sides.map(({ backend }) => backend),
    );
    const conversation = stand.newConversation();
    await inBlocks(sides, rounds, (side) => measure(options, { ...side, conversation }));
  },
};

async function measure(
  { stand, figures }: StageOptions,
  { backend, mapped, conversation }: { backend: HostedBackend; mapped: number; conversation: string },
): Promise<void> {
  const named = `${mapped.toLocaleString("en-US")} conversations mapped`;
  await backend.ask(conversation);
  await stand.settle();
  await inTurn(WARM_TURNS, async () => {
    const { totalMs } = await backend.ask(conversation);
    figures.add({ name: `warm turn, ${named}`, unit: "ms" }, backend.column, totalMs);
  });
  await inTurn(FIRST_TURNS, async () => {
    await stand.settle();
    const { totalMs } = await backend.ask(stand.newConversation());
    figures.add({ name: `first turn, ${named}`, unit: "ms" }, backend.column, totalMs);
  });
}

/** In place of what is there, while no Gateway runs. */
async function fillMap({ agentId, workspace }: HostedBackend, length: number): Promise<void> {
  await ensureStateDir(workspace);
  const sessions = Array.from({ length }, (_, number) => mapEntry({ agentId, workspace, number }));
  await writeFile(sessionMapPathOf(workspace), JSON.stringify({ version: 1, sessions }, null, 2));
}
