import type { AgentSession } from "../../../src/acp/acp-adapter.ts";
import type { AdapterName } from "../../../src/config/schema.ts";
import { createClaudeWorld } from "../../../test/suites/acp-adapter-contract/claude-world.ts";
import { openingIn, type ContractWorld } from "../../../test/suites/acp-adapter-contract/contract-world.ts";
import { processesWithHome } from "../../../test/suites/acp-adapter-contract/world-processes.ts";
import { takeBareTurn } from "../bare-turn.ts";
import type { BareBackend } from "./backend.ts";
import type { ModelClock } from "./model-clock.ts";

/** The adapter as the repository has it, in a HOME of its own. */
export async function createBareBackend(name: AdapterName, clock: ModelClock): Promise<BareBackend> {
  const world = await createClaudeWorld({ name, reportsUsage: false, asksQuestions: false });
  clock.serve(world.model);
  const live = new Map<string, AgentSession>();
  const known = new Map<string, string>();

  async function sessionOf(conversation: string): Promise<AgentSession> {
    const running = live.get(conversation);
    if (running !== undefined) return running;
    const session = await openOrResume(world, known.get(conversation));
    known.set(conversation, session.sessionId);
    live.set(conversation, session);
    return session;
  }

  async function rest(): Promise<void> {
    await Promise.all([...live.values()].map((session) => session.close()));
    live.clear();
  }

  return {
    column: `bare ${name}`,
    ask: (conversation) => clock.time(async (text) => takeBareTurn(await sessionOf(conversation), text)),
    pids: () => processesWithHome(world.home),
    async open(conversation) {
      await sessionOf(conversation);
    },
    rest,
    async dispose() {
      await rest();
      await world.dispose();
    },
  };
}

function openOrResume(world: ContractWorld, sessionId: string | undefined): Promise<AgentSession> {
  const opening = openingIn(world);
  if (sessionId === undefined) return world.adapter.createSession(opening);
  return world.newAdapter().resumeSession({ ...opening, sessionId });
}
