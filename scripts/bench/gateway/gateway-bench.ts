import { createFigures, type RowFigures } from "./figures.ts";
import type { Stage } from "./stage.ts";
import { alternatingAgents } from "./stages/alternating-agents.ts";
import { firstTurn } from "./stages/first-turn.ts";
import { manyTurns } from "./stages/many-turns.ts";
import { mapGrowth } from "./stages/map-growth.ts";
import { processes } from "./stages/processes.ts";
import { restart, sharedRestart } from "./stages/restart.ts";
import { together } from "./stages/together.ts";
import { warmTurn } from "./stages/warm-turn.ts";
import { createStand } from "./stand.ts";

/** In the order in which they run. The last one leaves session maps behind that are full of others' conversations. */
const STAGES: readonly Stage[] = [
  warmTurn,
  alternatingAgents,
  firstTurn,
  restart,
  sharedRestart,
  together,
  processes,
  manyTurns,
  mapGrowth,
];

export const STAGE_NAMES = STAGES.map(({ name }) => name);

export type GatewayBenchOptions = {
  /** Names of stages. */
  stages: readonly string[];
  /** Of each stage; its own number unless given. */
  rounds: number | undefined;
  /** Amounts are a tenth. */
  trial: boolean;
  /** Called after each stage with everything that was measured until then. */
  onFigures: (rows: RowFigures[]) => Promise<void>;
  /** Given what ends everything that was started here, should the process have to leave early. */
  onLeave: (cleanUp: () => Promise<void>) => void;
};

/** `failed`: the names of the stages that did; their figures are incomplete. */
export async function measureGateway(
  options: GatewayBenchOptions,
): Promise<{ figures: RowFigures[]; failed: string[] }> {
  const { stages, rounds, trial, onFigures, onLeave } = options;
  const figures = createFigures();
  const failed: string[] = [];
  const stand = await createStand();
  onLeave(() => stand.dispose());
  try {
    for (const stage of STAGES.filter(({ name }) => stages.includes(name))) {
      const startedAt = performance.now();
      try {
        await stage.run({
          stand,
          figures,
          rounds: rounds ?? stage.rounds,
          amount: (full) => (trial ? full / 10 : full),
        });
      } catch (cause) {
        failed.push(stage.name);
        console.error(`${stage.name} failed:`, cause);
      }
      console.error(`${stage.name}: ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
      await onFigures(figures.rows);
    }
  } finally {
    await stand.dispose();
  }
  return { figures: figures.rows, failed };
}
