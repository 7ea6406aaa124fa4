import { slopeOf, type Point } from "../../statistics.ts";
import type { Backend } from "../backend.ts";
import { processStateOf, type ProcessState } from "../probe.ts";
import type { Row } from "../figures.ts";
import { inBlocks } from "../schedule.ts";
import { ROOM_FOR_ALL, warmUp, type Stage, type StageOptions } from "../stage.ts";

const TURNS = 500;
const LOOKS = 10;
/** Side by side, so that it takes less time. */
const CONVERSATIONS = 4;
/** The first look is from before caches are full. */
const LOOKS_NOT_FITTED = 2;

const MB = 1_024 ** 2;

/** What is looked at in the Gateway's process. */
const HELD: { name: string; unit: string; digits: number; of: (state: ProcessState) => number }[] = [
  { name: "heap of the Gateway", unit: "MB", digits: 1, of: ({ heapUsed }) => heapUsed / MB },
  { name: "handles of the Gateway", unit: "", digits: 0, of: ({ handles }) => handles },
  { name: "listeners on its process", unit: "", digits: 0, of: ({ processListeners }) => processListeners },
  { name: "its living event emitters", unit: "", digits: 0, of: ({ emitters }) => emitters },
  { name: "its living abort signals", unit: "", digits: 0, of: ({ abortSignals }) => abortSignals },
];

/** What the Gateway holds after many turns, and what it grows by. Each backend has a Gateway of its own. */
export const manyTurns: Stage = {
  name: "many-turns",
  rounds: 1,
  async run(options) {
    const { stand, rounds } = options;
    await inBlocks(stand.hosted, rounds, async (backend) => {
      await stand.start({ ...ROOM_FOR_ALL, spareSessions: 0 });
      await warmUp(stand, [backend]);
      await measure(options, backend);
    });
  },
};

async function measure({ stand, figures, amount }: StageOptions, backend: Backend): Promise<void> {
  const turns = amount(TURNS);
  const conversations = Array.from({ length: CONVERSATIONS }, () => stand.newConversation());
  const look = async (): Promise<ProcessState> => {
    await stand.settle();
    return processStateOf(stand.gateway.url);
  };
  for (const conversation of conversations) await backend.ask(conversation);
  const states = [await look()];
  const perLook = turns / LOOKS / CONVERSATIONS;
  for (let number = 1; number <= LOOKS; number += 1) {
    const from = Math.round((number - 1) * perLook);
    const to = Math.round(number * perLook);
    await Promise.all(conversations.map((conversation) => askTimes(backend, conversation, to - from)));
    states.push(await look());
  }
  for (const { of, ...row } of HELD) {
    const values = states.map(of);
    figures.add(named(row, "before"), backend.column, values[0] ?? NaN);
    figures.add(named(row, `after ${turns} turns`), backend.column, values.at(-1) ?? NaN);
    const points = values.map((y, number): Point => ({ x: (number * turns) / LOOKS, y }));
    const slope = 100 * slopeOf(points.slice(LOOKS_NOT_FITTED));
    figures.add({ ...named(row, "growth in 100 turns"), digits: 2 }, backend.column, slope);
  }
}

function named(row: Row, what: string): Row {
  return { ...row, name: `${row.name}, ${what}` };
}

async function askTimes(backend: Backend, conversation: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await backend.ask(conversation);
}
