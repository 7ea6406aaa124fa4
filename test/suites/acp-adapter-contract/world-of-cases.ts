import { afterAll, beforeAll } from "vitest";
import type { AgentSession } from "../../../src/acp/acp-adapter.ts";
import { openingIn, type ContractImplementation, type ContractWorld } from "./contract-world.ts";
import { ask } from "./recorded-turn.ts";

const HOOK_TIMEOUT_MS = 60_000;

/** Of a session's first turn: a session that has completed no turn can not be resumed. */
export const FIRST_WORD = "the lighthouse";

export type WorldOfCases = {
  world: () => ContractWorld;
  /** A session that the cases share; its first turn, which remembers `FIRST_WORD`, is over. */
  session: () => AgentSession;
};

/** For the enclosing `describe`: a world of its own, with one open session. */
export function useWorld(implementation: ContractImplementation): WorldOfCases {
  let world: ContractWorld | undefined;
  let session: AgentSession | undefined;
  beforeAll(async () => {
    world = await implementation.createWorld();
    session = await world.adapter.createSession(openingIn(world));
    await ask(session, `remember ${FIRST_WORD}`);
  }, HOOK_TIMEOUT_MS);
  afterAll(async () => {
    await session?.close();
    await world?.dispose();
  }, HOOK_TIMEOUT_MS);
  return { world: () => opened(world), session: () => opened(session) };
}

function opened<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("The world of these cases could not be set up.");
  return value;
}
