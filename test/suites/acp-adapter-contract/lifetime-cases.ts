import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ContractorError } from "../../../src/errors/contractor-error.ts";
import { openingIn, type ContractImplementation } from "./contract-world.ts";
import { allowOnce, ask, startTurn, untilItTalks } from "./recorded-turn.ts";
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

    it("ends in the middle of a turn too", async () => {
      const { sessionId } = session();
      const resumed = await world().adapter.resumeSession({ ...openingIn(world()), sessionId });
      const turn = startTurn(resumed, "count to 1000");
      await untilItTalks(turn);
      await resumed.close();
      // An agent that is asked to end may cancel its turn first; another one just ends.
      const end = await turn.outcome.then(({ stopReason }) => stopReason, codeOf);
      expect(end).toBeOneOf(["cancelled", "adapter-crashed"]);
      expect(await processesWithHome(world().home)).toEqual([]);
    });

    it("ends with the commands that its tools run", async () => {
      const { model, workspace, home, adapter } = world();
      // The scripted ACP agent runs none.
      if (model === null) return;
      const { sessionId } = session();
      const resumed = await adapter.resumeSession({ ...openingIn(world()), sessionId });
      const turn = startTurn(resumed, "run touch started.txt; tail -f /dev/null", { decide: allowOnce });
      await expect.poll(() => existsSync(path.join(workspace, "started.txt")), { timeout: 10_000 }).toBe(true);
      await resumed.close();
      await turn.outcome.catch(codeOf);
      expect(await processesWithHome(home)).toEqual([]);
    });

    it("reports at once that its process was killed, and what is left of the tree ends with it", async () => {
      const { sessionId } = session();
      const resumed = await world().adapter.resumeSession({ ...openingIn(world()), sessionId });
      const command = "run touch killed.txt; tail -f /dev/null";
      const turn = startTurn(resumed, world().model === null ? "count to 1000" : "count to 1000");
      await untilItTalks(turn);
      const [leader = 0] = await processesWithHome(world().home);
      process.kill(leader, "SIGKILL");
      await expect(turn.outcome).rejects.toMatchObject({ code: "adapter-crashed" });
      expect(turn.said().length).toBeLessThan(1_000);
      expect(resumed.usable).toBe(false);
      await resumed.close();
      expect(await processesWithHome(world().home)).toEqual([]);
    });
  });
}

function codeOf(error: unknown): string {
  return ContractorError.isInstance(error) ? error.code : String(error);
}
