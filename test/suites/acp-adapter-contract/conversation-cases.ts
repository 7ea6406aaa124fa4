import { describe, expect, it } from "vitest";
import type { AgentSession } from "../../../src/acp/acp-adapter.ts";
import { contentBlocks, messagesBody } from "../../fixtures/scripted-messages-api/messages-body.ts";
import { isMainTurn, type RecordedRequest } from "../../fixtures/scripted-messages-api/request-log.ts";
import { DEFAULT_USAGE } from "../../fixtures/scripted-messages-api/reply.ts";
import {
  openingIn,
  SYSTEM_PROMPT_APPEND,
  type ContractImplementation,
  type ContractWorld,
} from "./contract-world.ts";
import { ask, startTurn } from "./recorded-turn.ts";
import { useWorld } from "./world-of-cases.ts";

const RECALL = "what did I ask you to remember?";

const TINY_PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export function describeConversation(implementation: ContractImplementation): void {
  describe("a conversation", () => {
    const { world, session } = useWorld(implementation);
    describeAnswers(world, session);
    describeWhatTheModelGets(world, session);

    it("is resumed by a new process, which remembers it and is told the system prompt again", async () => {
      const first = await world().adapter.createSession(openingIn(world()));
      await ask(first, "remember tango");
      await first.close();
      const { sessionId } = first;
      const second = await world()
        .newAdapter()
        .resumeSession({ ...openingIn(world()), sessionId });
      expect(second.sessionId).toBe(sessionId);
      expect(await ask(second, RECALL)).toBe("You asked me to remember tango.");
      expect(await systemPromptSeen(world(), second)).toContain(SYSTEM_PROMPT_APPEND);
      await second.close();
    });

    it("does not mix with another one that runs at the same time", async () => {
      const other = await world().adapter.createSession(openingIn(world()));
      expect(other.sessionId).not.toBe(session().sessionId);
      await Promise.all([ask(session(), "remember red"), ask(other, "remember green")]);
      const [here, there] = await Promise.all([ask(session(), RECALL), ask(other, RECALL)]);
      expect(here).toMatch(/red/);
      expect(here).not.toMatch(/green/);
      expect(there).toBe("You asked me to remember green.");
      await other.close();
    });
  });
}

function describeAnswers(world: () => ContractWorld, session: () => AgentSession): void {
  it("streams an answer whose pieces arrive in order", async () => {
    const turn = startTurn(session(), "count to 12");
    expect(await turn.outcome).toMatchObject({ stopReason: "end_turn" });
    expect(turn.pieces().length).toBeGreaterThan(2);
    expect(turn.said().trim()).toBe("1 2 3 4 5 6 7 8 9 10 11 12");
  });

  it("tells the usage where the agent reports it, and nothing where it does not", async () => {
    const { usage } = await startTurn(session(), "usage").outcome;
    expect(usage).toEqual(world().reportsUsage ? DEFAULT_USAGE : undefined);
  });

  it("remembers the earlier turns", async () => {
    await ask(session(), "remember the ferry");
    expect(await ask(session(), RECALL)).toMatch(/the ferry/);
  });

  it("names the agent that answers", () => {
    const { capabilities } = session();
    expect(capabilities.agentName).toMatch(/\w/);
    expect(capabilities.agentVersion).toMatch(/\d/);
    expect(capabilities.resumeSession || capabilities.loadSession).toBe(true);
  });
}

function describeWhatTheModelGets(world: () => ContractWorld, session: () => AgentSession): void {
  it("gives the model the system prompt append", async () => {
    expect(await systemPromptSeen(world(), session())).toContain(SYSTEM_PROMPT_APPEND);
  });

  it("sends a prompt as it is, and only once", async () => {
    const prompt = 'two lines, a "quote" and /a slash\nshow prompt';
    const answer = await ask(session(), prompt);
    const { model } = world();
    if (model === null) {
      expect(answer).toBe(JSON.stringify(prompt));
    } else {
      const { userTexts } = lastTurnRequest(model.requests);
      expect(userTexts.filter((text) => text.includes("show prompt"))).toEqual([prompt]);
    }
  });

  it("takes images where the agent does", async () => {
    const image = { data: TINY_PNG, mimeType: "image/png" };
    const { images } = session().capabilities;
    expect(images).toBe(true);
    await ask(session(), "say what you see", { images: [image] });
    const { model } = world();
    if (model === null) return;
    const request = lastTurnRequest(model.requests);
    // claude-agent-acp says behind it where the image was saved.
    expect(request.lastUserText).toMatch(/^say what you see/);
    const body = messagesBody.parse(request.body);
    const blocks = body.messages.flatMap(({ content }) => contentBlocks(content));
    expect(blocks.filter(({ type }) => type === "image")).toMatchObject([
      { source: { type: "base64", media_type: "image/png" } },
    ]);
  });
}

/** The system prompt that the agent's next turn is given. */
async function systemPromptSeen(world: ContractWorld, session: AgentSession): Promise<string> {
  const answer = await ask(session, "show system prompt");
  return world.model === null ? answer : lastTurnRequest(world.model.requests).system;
}

function lastTurnRequest(requests: RecordedRequest[]): RecordedRequest {
  const request = requests.findLast(isMainTurn);
  if (request === undefined) throw new Error("The model was asked nothing.");
  return request;
}
