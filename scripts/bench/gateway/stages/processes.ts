import { setTimeout as delay } from "node:timers/promises";
import type { Backend } from "../backend.ts";
import { rootsOf } from "../process-tree.ts";
import { warmUp, type Stage, type StageOptions } from "../stage.ts";

const CONVERSATIONS = 50;
const IDLE_MINUTES = 0.25;
/** For the process trees to end. */
const GRACE_MS = 10_000;

/** Live agents are the processes that OpenClaw has started for a backend; below them are those of Claude Code. */
const ROWS = { agents: "live agents", processes: "processes with theirs" };

/**
 * Conversations of one turn, one after the other, with the plugin's default limits but for an idle time of 15 s
 * (claude-cli's is 10 minutes and cannot be set). The limits are the Gateway's, so each adapter has a Gateway of its own.
 */
export const processes: Stage = {
  name: "processes",
  rounds: 1,
  async run(options) {
    const { stand, rounds } = options;
    const [claudeCli, agentAcp, codeAcp] = stand.hosted;
    for (let round = 0; round < rounds; round += 1) {
      for (const backends of [[agentAcp, claudeCli], [codeAcp]]) {
        const present = backends.filter((backend) => backend !== undefined);
        await stand.start({ idleMinutes: IDLE_MINUTES });
        await warmUp(stand, present);
        // Nothing is timed here, so two may go on side by side.
        await Promise.all(present.map((backend) => converse(options, backend)));
        await delay(IDLE_MINUTES * 60_000 + GRACE_MS);
        for (const backend of present) await count(options, { backend, when: "after the idle time" });
      }
    }
  },
};

async function converse(options: StageOptions, backend: Backend): Promise<void> {
  const conversations = options.amount(CONVERSATIONS);
  for (let number = 0; number < conversations; number += 1) {
    await backend.ask(options.stand.newConversation());
    await count(options, { backend, when: `while ${conversations} conversations begin` });
  }
}

async function count(
  { figures }: StageOptions,
  { backend, when }: { backend: Backend; when: string },
): Promise<void> {
  const pids = await backend.pids();
  const agents = (await rootsOf(pids)).length;
  figures.add({ name: `${ROWS.agents} ${when}`, unit: "" }, backend.column, agents);
  figures.add({ name: `${ROWS.processes} ${when}`, unit: "" }, backend.column, pids.length);
}
