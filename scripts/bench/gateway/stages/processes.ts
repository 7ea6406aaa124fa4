import { setTimeout as delay } from "node:timers/promises";
import { memoryOf } from "../../memory.ts";
import type { HostedBackend } from "../backend.ts";
import { processStateOf } from "../probe.ts";
import { rootsOf, treeOf } from "../process-tree.ts";
import { warmUp, type Stage, type StageOptions } from "../stage.ts";

const CONVERSATIONS = 50;
const IDLE_MINUTES = 0.25;
/** For the process trees to end. */
const GRACE_MS = 10_000;

/** Live agents are the processes that OpenClaw has started for a backend; below them are those of Claude Code. */
const ROWS = { agents: "live agents", processes: "processes with theirs" };

const BEFORE = "before";
const AFTER = "after the idle time";

/**
 * Conversations of one turn, one after the other, with the plugin's default limits but for an idle time of 15 s
 * (claude-cli's is 10 minutes and cannot be set). Each backend has a Gateway of its own, because the limits and the memory are
 * the Gateway's. Before and after, the plugin has its spare session and nothing else.
 */
export const processes: Stage = {
  name: "processes",
  rounds: 1,
  async run(options) {
    const { stand, rounds } = options;
    for (let round = 0; round < rounds; round += 1) {
      for (const backend of stand.hosted) {
        await stand.start({ idleMinutes: IDLE_MINUTES }, backend);
        await warmUp(stand, [backend]);
        await delay(IDLE_MINUTES * 60_000 + GRACE_MS);
        await weigh(options, { backend, when: BEFORE });
        await converse(options, backend);
        await delay(IDLE_MINUTES * 60_000 + GRACE_MS);
        await count(options, { backend, when: AFTER });
        await weigh(options, { backend, when: AFTER });
      }
    }
  },
};

async function converse(options: StageOptions, backend: HostedBackend): Promise<void> {
  const conversations = options.amount(CONVERSATIONS);
  for (let number = 0; number < conversations; number += 1) {
    await backend.ask(options.stand.newConversation());
    await count(options, { backend, when: `while ${conversations} conversations begin` });
  }
}

async function count(
  { figures }: StageOptions,
  { backend, when }: { backend: HostedBackend; when: string },
): Promise<void> {
  const pids = await backend.pids();
  const agents = (await rootsOf(pids)).length;
  figures.add({ name: `${ROWS.agents} ${when}`, unit: "" }, backend.column, agents);
  figures.add({ name: `${ROWS.processes} ${when}`, unit: "" }, backend.column, pids.length);
}

/** The Gateway's memory after a garbage collection, and that of everything below it. */
async function weigh(
  { stand, figures }: StageOptions,
  { backend: { column }, when }: { backend: HostedBackend; when: string },
): Promise<void> {
  const { url, pid } = stand.gateway;
  const { heapUsed } = await processStateOf(url);
  const below = (await treeOf(pid)).filter((other) => other !== pid);
  const add = (what: string, megabytes: number): void => {
    figures.add({ name: `${what} ${when}`, unit: "MB" }, column, megabytes);
  };
  add("heap of the Gateway", heapUsed / 1024 ** 2);
  add("memory of the Gateway", (await memoryOf([pid])).proportional);
  add("memory of all below it", (await memoryOf(below)).proportional);
}
