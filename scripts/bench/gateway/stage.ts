import type { Backend } from "./backend.ts";
import type { Figures } from "./figures.ts";
import type { Stand } from "./stand.ts";

export type StageOptions = {
  stand: Stand;
  figures: Figures;
  rounds: number;
  /** An amount of the stage; a tenth of it in a trial run. */
  amount: (full: number) => number;
};

/** Some rows of the table, which can be measured without the others. */
export type Stage = {
  name: string;
  /** Unless `--rounds` says otherwise. */
  rounds: number;
  run(options: StageOptions): Promise<void>;
};

/** Above every number of conversations that a stage has at once, so that none of them ends for another. */
export const ROOM_FOR_ALL = { maxLiveSessions: 64, maxMemoryMb: 1_000_000 };

/** A turn of each that is not counted: the first one of an agent loads what the host has not loaded yet. */
export async function warmUp(stand: Stand, backends: readonly Backend[]): Promise<void> {
  for (const backend of backends) await backend.ask(stand.newConversation());
  await stand.settle();
}
