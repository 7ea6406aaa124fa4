import { describe, expect, it } from "vitest";
import { claudeScript } from "./claude-script.ts";
import { openingIn, type ContractImplementation } from "./contract-world.ts";
import { ask, never, spokenText, startTurn, untilItTalks } from "./recorded-turn.ts";
import { FIRST_WORD, useWorld } from "./world-of-cases.ts";

const QUESTION = "ask Which colour? Red, Blue";

/** What an agent may be able to do besides turns; each case holds for those that say that they can. */
export function describeWorkTogether(implementation: ContractImplementation): void {
  describe("an agent that can do more than turns", () => {
    const { world, session } = useWorld(implementation);

    it("puts a question to the person, and goes on with the answer or without", async () => {
      if (!world().asksQuestions) return;
      world().model?.respondWith(claudeScript());
      const answered = startTurn(session(), QUESTION, {
        answer: () => ({ action: "accept", content: { question_0: "Blue" } }),
      });
      expect(await answered.outcome).toMatchObject({ stopReason: "end_turn" });
      expect(answered.said()).toMatch(/Blue/);
      expect(answered.questions).toMatchObject([{ message: "Which colour?" }]);
      const declined = startTurn(session(), QUESTION);
      expect(await declined.outcome).toMatchObject({ stopReason: "end_turn" });
      expect(declined.said()).toMatch(/^The answer: /);
    });

    it("is cancelled while a question waits", async () => {
      if (!world().asksQuestions) return;
      world().model?.respondWith(claudeScript());
      const { sessionId } = session();
      const resumed = await world()
        .newAdapter()
        .resumeSession({ ...openingIn(world()), sessionId });
      const turn = startTurn(resumed, QUESTION, { answer: never });
      await expect.poll(() => turn.questions.length, { timeout: 10_000 }).toBe(1);
      turn.cancel();
      expect(await turn.outcome).toMatchObject({ stopReason: "cancelled" });
      expect(resumed.usable).toBe(false);
      await resumed.close();
    });

    it("takes a message into the running turn, and none when there is no turn", async () => {
      const message = { text: "say steered", images: [] };
      expect(await session().steer(message)).toBe(false);
      const turn = startTurn(session(), "count to 30");
      await untilItTalks(turn);
      expect(await session().steer(message)).toBe(session().capabilities.steering);
      expect(await turn.outcome).toMatchObject({ stopReason: "end_turn" });
      if (session().capabilities.steering) expect(turn.said()).toMatch(/steered/);
    });

    it("copies a session, which goes its own way", async () => {
      if (!session().capabilities.forkSession) return;
      const { sessionId } = session();
      const copy = await world().adapter.forkSession({ ...openingIn(world()), sessionId });
      expect(copy.sessionId).not.toBe(sessionId);
      expect(await ask(copy, "what did I ask you to remember?")).toContain(FIRST_WORD);
      await ask(copy, "remember the windmill");
      await copy.close();
      expect(await ask(session(), "what did I ask you to remember?")).not.toContain("windmill");
    });

    it("tells what it does between turns to the one who listens, and to no prompt", async () => {
      if (!session().capabilities.backgroundUpdates) return;
      world().model?.respondWith(claudeScript());
      let between = "";
      let turnEnds = 0;
      expect(await ask(session(), "background 700 the task is done")).toMatch(/Started/);
      expect(session().hasBackgroundWork).toBe(true);
      session().onBetweenTurns({
        onUpdate: (update) => (between += spokenText(update)),
        onTurnEnd: () => (turnEnds += 1),
      });
      await expect.poll(() => between, { timeout: 10_000, interval: 10 }).not.toBe("");
      // In the middle of what it says by itself.
      await session().quiet(AbortSignal.timeout(1));
      const turn = startTurn(session(), "say my own");
      expect(await turn.outcome).toMatchObject({ stopReason: "end_turn" });
      expect(turn.said().trim()).toBe("my own");
      await expect.poll(() => turnEnds, { timeout: 10_000 }).toBe(1);
      expect(between.trim()).toBe("the task is done");
      expect(session().hasBackgroundWork).toBe(false);
    });
  });
}
