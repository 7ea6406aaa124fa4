import { setTimeout as delay } from "node:timers/promises";

/** Somebody reads the answer before the next message: what a backend does after an answer is no part of the next turn. */
const PAUSE_MS = 250;

/** Every backend in each round; from one round to the next the order turns round, so that none is always the first. */
export function orderOf<Backend>(backends: readonly Backend[], round: number): Backend[] {
  return round % 2 === 0 ? [...backends] : backends.toReversed();
}

/** A block of each backend in each round, one after the other. Rounds count from 0. */
export async function inBlocks<Backend>(
  backends: readonly Backend[],
  rounds: number,
  block: (backend: Backend, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const backend of orderOf(backends, round)) await block(backend, round);
  }
}

/** So many turns, one after the other, with a pause before each. */
export async function inTurn(turns: number, take: (turn: number) => Promise<void>): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    await delay(PAUSE_MS);
    await take(turn);
  }
}
