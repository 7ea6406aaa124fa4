import { readFile } from "node:fs/promises";
import path from "node:path";
import type { AgentSession } from "../../src/acp/acp-adapter.ts";
import type { AdapterName } from "../../src/config/schema.ts";
import { createClaudeWorld } from "../../test/suites/acp-adapter-contract/claude-world.ts";
import { openingIn, type ContractWorld } from "../../test/suites/acp-adapter-contract/contract-world.ts";
import { takeBareTurn } from "./bare-turn.ts";
import { memoryOfHome } from "./memory.ts";

const NODE_MODULES = path.resolve(import.meta.dirname, "../../node_modules");
const WARM_TURNS = 10;

/** What one round measures, in ms; memory in MB. */
export const FIGURES = [
  "initialize + new session",
  "first turn",
  "warm turn",
  "memory",
  "close",
  "resume in a new process",
  "first turn after resume",
] as const;

export type Sample = Record<(typeof FIGURES)[number], number>;

export type AdapterBench = {
  name: string;
  version: string;
  samples: Sample[];
  /** Opens a session, talks, closes it and resumes it; adds one sample. */
  round(): Promise<void>;
  dispose(): Promise<void>;
};

export const BENCHED_ADAPTERS: { scope: string; name: AdapterName }[] = [
  { scope: "@agentclientprotocol", name: "claude-agent-acp" },
  { scope: "@zed-industries", name: "claude-code-acp" },
];

export async function openBench({
  scope,
  name,
}: {
  scope: string;
  name: AdapterName;
}): Promise<AdapterBench> {
  const manifest = JSON.parse(
    await readFile(path.join(NODE_MODULES, scope, name, "package.json"), "utf8"),
  ) as {
    version: string;
  };
  const world = await createClaudeWorld({ name, reportsUsage: false, asksQuestions: false });
  const samples: Sample[] = [];
  return {
    name,
    version: manifest.version,
    samples,
    async round() {
      samples.push(await measureRound(world));
    },
    dispose: () => world.dispose(),
  };
}

async function measureRound(world: ContractWorld): Promise<Sample> {
  const opening = openingIn(world);
  const [created, newSession] = await timed(() => world.adapter.createSession(opening));
  const { firstTurn, warmTurn, memory, close } = await measureTurns(world, created);
  const { sessionId } = created;
  const [resumed, resume] = await timed(() => world.newAdapter().resumeSession({ ...opening, sessionId }));
  try {
    return {
      "initialize + new session": newSession,
      "first turn": firstTurn,
      "warm turn": warmTurn,
      memory,
      close,
      "resume in a new process": resume,
      "first turn after resume": await timeTurn(resumed),
    };
  } finally {
    await resumed.close();
  }
}

/** The session is closed in any case. */
async function measureTurns(
  world: ContractWorld,
  session: AgentSession,
): Promise<{ firstTurn: number; warmTurn: number; memory: number; close: number }> {
  try {
    const firstTurn = await timeTurn(session);
    let total = 0;
    for (let turn = 0; turn < WARM_TURNS; turn += 1) total += await timeTurn(session);
    const memory = await memoryOfHome(world.home);
    const [, close] = await timed(() => session.close());
    return { firstTurn, warmTurn: total / WARM_TURNS, memory, close };
  } finally {
    await session.close();
  }
}

async function timeTurn(session: AgentSession): Promise<number> {
  const [, milliseconds] = await timed(() => takeBareTurn(session, "say hello"));
  return milliseconds;
}

async function timed<Value>(work: () => Promise<Value>): Promise<[Value, number]> {
  const start = performance.now();
  const value = await work();
  return [value, performance.now() - start];
}
