import { describe, expect, it } from "vitest";
import { rememberingResponder } from "../../fixtures/scripted-messages-api/remembering-responder.ts";
import { errorReply } from "../../fixtures/scripted-messages-api/reply.ts";
import { openingIn, type ContractImplementation } from "./contract-world.ts";
import { ask, startTurn } from "./recorded-turn.ts";
import { FIRST_WORD, useWorld } from "./world-of-cases.ts";

/** What an adapter with a Messages API behind it makes of that API, besides the contract of every adapter. */
export function describeEndpointUse(implementation: ContractImplementation): void {
  describe(`${implementation.name}, with an endpoint`, () => {
    const { world } = useWorld(implementation);

    it("asks the model for nothing before its first prompt: a session that waits costs nothing", async () => {
      const { model } = world();
      if (model === null) throw new Error("An agent without an endpoint asks nobody.");
      const earlier = model.requests.length;
      const session = await world().newAdapter().createSession(openingIn(world()));
      expect(await ask(session, "say first")).toBe("first");
      await session.close();
      // Another session may still be asking for its title.
      const asked = model.requests
        .slice(earlier)
        .filter(({ path }) => path === "/v1/messages")
        .map(({ body }) => JSON.stringify(body))
        .filter((body) => body.includes(session.sessionId));
      expect(asked.length).toBeGreaterThan(0);
      for (const body of asked) expect(body).toContain("say first");
    });
  });

  describe(`${implementation.name}, with an endpoint that fails`, () => {
    const { world, session } = useWorld(implementation);

    it.each([
      [400, "prompt is too long: 300000 tokens > 200000 maximum", "agent-overflow"],
      [401, "invalid x-api-key", "agent-auth"],
      [429, "the limit of this test is reached", "agent-limit"],
      [529, "Overloaded", "agent-overloaded"],
    ])("with %i %j, fails the turn within seconds as %s", async (status, words, code) => {
      const { model } = world();
      if (model === null) throw new Error("An agent without an endpoint can not have one that fails.");
      const { sessionId } = session();
      const resumed = await world()
        .newAdapter()
        .resumeSession({ ...openingIn(world()), sessionId });
      const headers = status === 429 ? { "retry-after": "3600" } : undefined;
      model.respondWith(() => errorReply(status, words, headers));
      const before = performance.now();
      const turn = startTurn(resumed, "say nothing");
      await expect(turn.outcome).rejects.toMatchObject({ code });
      expect(performance.now() - before).toBeLessThan(10_000);
      // The others are worth another try, which is told.
      const isTried = status === 401 || status === 529;
      expect(turn.retries.length > 0).toBe(isTried);
      expect(resumed.usable).toBe(false);
      await resumed.close();
      model.respondWith(rememberingResponder());
    });

    it("loses no conversation", async () => {
      const { sessionId } = session();
      const resumed = await world()
        .newAdapter()
        .resumeSession({ ...openingIn(world()), sessionId });
      expect(await ask(resumed, "what did I ask you to remember?")).toContain(FIRST_WORD);
      await resumed.close();
    });
  });
}
