import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { AgentSession } from "../../../src/acp/acp-adapter.ts";
import { ContractorError } from "../../../src/errors/contractor-error.ts";
import { readProcessTable } from "../../../src/process/process-table.ts";
import { openingIn, type ContractImplementation, type ContractWorld } from "./contract-world.ts";
import { allow, ask, startTurn, untilItTalks, type RecordedTurn } from "./recorded-turn.ts";
import { useWorld } from "./world-of-cases.ts";
import { processesWithHome } from "./world-processes.ts";

export function describeLifetime(implementation: ContractImplementation): void {
  describe("a live session", () => {
    const { world, session } = useWorld(implementation);

    it("refuses a second prompt while one runs, which it does not disturb", async () => {
      const first = startTurn(session(), "count to 20");
      await untilItTalks(first);
      await expect(startTurn(session(), "say second").outcome).rejects.toMatchObject({
        code: "session-busy",
        retryable: true,
      });
      expect(await first.outcome).toMatchObject({ stopReason: "end_turn" });
      expect(first.said().trim()).toMatch(/^1 2 3 .* 19 20$/);
      expect(await ask(session(), "say third")).toBe("third");
    });

    it("is not made for an id that the agent does not know, and no process is left", async () => {
      const before = await processesWithHome(world().home);
      const resuming = world().adapter.resumeSession({ ...openingIn(world()), sessionId: randomUUID() });
      const codes = ["agent-session-lost", "agent-failed"];
      await expect(resuming).rejects.toMatchObject({ code: expect.toBeOneOf(codes) as string });
      const after = await processesWithHome(world().home);
      // One that the other session needed for a moment may have ended meanwhile.
      expect(after.filter((pid) => !before.includes(pid))).toEqual([]);
    });

    it("ends with its whole process tree, however often it is closed", async () => {
      expect(await processesWithHome(world().home)).not.toEqual([]);
      await Promise.all([session().close(), session().close()]);
      expect(await processesWithHome(world().home)).toEqual([]);
      expect(session().usable).toBe(false);
      await session().close();
      await expect(startTurn(session(), "say no").outcome).rejects.toMatchObject({ code: "adapter-crashed" });
    });

    it("adds no copy of its settings to the temporary files with each start", async () => {
      const copies = async (): Promise<string[]> =>
        (await readdir(world().temporary)).filter((name) => name.startsWith("claude-settings"));
      const before = await copies();
      const again = await world().newAdapter().createSession(openingIn(world()));
      expect(await ask(again, "say again")).toBe("again");
      await again.close();
      expect(await copies()).toEqual(before);
    });

    it("ends in the middle of a turn too, with the command that a tool runs", async () => {
      const { resumed, turn } = await resumeInLongTurn(world(), session());
      await resumed.close();
      // An agent that is asked to end may cancel its turn first; another one just ends.
      const end = await turn.outcome.then(({ stopReason }) => stopReason, codeOf);
      expect(end).toBeOneOf(["cancelled", "adapter-crashed"]);
      expect(await processesWithHome(world().home)).toEqual([]);
    });

    it("reports at once that its process was killed, and leaves nothing of its tree", async () => {
      const { resumed, turn } = await resumeInLongTurn(world(), session());
      process.kill(await leaderPid(world()), "SIGKILL");
      await expect(turn.outcome).rejects.toMatchObject({ code: "adapter-crashed", retryable: true });
      expect(resumed.usable).toBe(false);
      await resumed.close();
      expect(await processesWithHome(world().home)).toEqual([]);
    });
  });
}

/** In a turn that would go on for long: with a command that runs, where the agent runs commands. */
async function resumeInLongTurn(
  world: ContractWorld,
  session: AgentSession,
): Promise<{ resumed: AgentSession; turn: RecordedTurn }> {
  // So that its processes are the only ones.
  await session.close();
  const { sessionId } = session;
  const resumed = await world.newAdapter().resumeSession({ ...openingIn(world), sessionId });
  if (world.model === null) {
    const turn = startTurn(resumed, "count to 1000");
    await untilItTalks(turn);
    return { resumed, turn };
  }
  const mark = randomUUID();
  const turn = startTurn(resumed, `run touch ${mark}; tail -f /dev/null`, { decide: allow });
  await expect.poll(() => existsSync(path.join(world.workspace, mark)), { timeout: 10_000 }).toBe(true);
  return { resumed, turn };
}

/** The only process of this world that the test itself has started. */
async function leaderPid({ home }: ContractWorld): Promise<number> {
  const ours = await processesWithHome(home);
  const leader = (await readProcessTable()).find(
    ({ pid, parent }) => parent === process.pid && ours.includes(pid),
  );
  if (leader === undefined) throw new Error("There is no agent process.");
  return leader.pid;
}

function codeOf(error: unknown): string {
  return ContractorError.isInstance(error) ? error.code : String(error);
}
