import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { AgentSession } from "../../../src/acp/acp-adapter.ts";
import { openingIn, type ContractImplementation, type ContractWorld } from "./contract-world.ts";
import { ask, never, startTurn, untilItAsks, untilItTalks, type RecordedTurn } from "./recorded-turn.ts";
import { FIRST_WORD, useWorld } from "./world-of-cases.ts";

/** Well below the adapter's grace period: the agent itself settles, it is not ended. */
const QUICKLY_MS = 3_000;

export function describeCancellation(implementation: ContractImplementation): void {
  describe("a cancelled turn", () => {
    const { world, session } = useWorld(implementation);

    it("sends nothing when it was cancelled before it began", async () => {
      const sent = world().model?.requests.length;
      const turn = startTurn(session(), "remember the dragon", { signal: AbortSignal.abort() });
      expect(await turn.outcome).toEqual({ stopReason: "cancelled" });
      expect(turn.updates).toEqual([]);
      expect(session().usable).toBe(true);
      expect(world().model?.requests.length).toBe(sent);
      expect(await ask(session(), "what did I ask you to remember?")).not.toMatch(/dragon/);
    });

    it("settles soon in the middle of its text; the next answer is its own", async () => {
      const turn = startTurn(session(), "count to 1000");
      await untilItTalks(turn);
      await cancelAndExpectQuickEnd(turn);
      await expectRetired(session());
      await expectResumes(world(), session());
    });

    it("settles soon while a permission is asked for; the tool never runs", async () => {
      const { sessionId } = session();
      await session().close();
      const resumed = await world().adapter.resumeSession({ ...openingIn(world()), sessionId });
      const turn = startTurn(resumed, "run touch cancelled.txt", { decide: never });
      await untilItAsks(turn);
      await cancelAndExpectQuickEnd(turn);
      await expectRetired(resumed);
      await expectResumes(world(), resumed);
      expect(existsSync(path.join(world().workspace, "cancelled.txt"))).toBe(false);
    });
  });
}

async function cancelAndExpectQuickEnd(turn: RecordedTurn): Promise<void> {
  const before = performance.now();
  turn.cancel();
  expect(await turn.outcome).toMatchObject({ stopReason: "cancelled" });
  expect(performance.now() - before).toBeLessThan(QUICKLY_MS);
}

async function expectRetired(session: AgentSession): Promise<void> {
  expect(session.usable).toBe(false);
  await expect(startTurn(session, "say no").outcome).rejects.toMatchObject({ code: "adapter-crashed" });
  await session.close();
}

async function expectResumes(world: ContractWorld, cancelled: AgentSession): Promise<void> {
  const { sessionId } = cancelled;
  const resumed = await world.newAdapter().resumeSession({ ...openingIn(world), sessionId });
  expect(await ask(resumed, "say only this")).toBe("only this");
  expect(await ask(resumed, "what did I ask you to remember?")).toContain(FIRST_WORD);
  await resumed.close();
}
