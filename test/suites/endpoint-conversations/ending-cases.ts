import { expect } from "vitest";
import type { SessionSettings } from "../../../src/acp/acp-adapter.ts";
import { rememberingResponder } from "../../fixtures/scripted-messages-api/remembering-responder.ts";
import { errorReply } from "../../fixtures/scripted-messages-api/reply.ts";
import { untilItTalks } from "../acp-adapter-contract/recorded-turn.ts";
import type { EndpointCase } from "./endpoint-case.ts";
import type { Talk } from "./talk.ts";

const PLAIN: SessionSettings = { mode: "default", model: null, effort: null, fast: null };
const RECALL = "what did I ask you to remember?";
const REMEMBERED = "You asked me to remember the lighthouse.";

/** What ends a session, or goes on in another process. They come last: each of them costs a new process. */
export const ENDING_CASES: EndpointCase[] = [
  {
    title: "another model, until it is taken back",
    async play(talk) {
      await talk.configure({ ...PLAIN, model: "haiku" });
      const changed = await talk.say("name the model");
      await talk.configure(PLAIN);
      return { changed, again: await talk.say("name the model") };
    },
    expected: () => ({
      changed: { said: expect.stringContaining("haiku") as string },
      again: { said: expect.not.stringContaining("haiku") as string },
    }),
  },
  {
    title: "a conversation that goes on in another process",
    async play(talk) {
      await talk.leave();
      return talk.say(RECALL);
    },
    expected: () => ({ said: REMEMBERED, end: "end_turn" }),
  },
  {
    title: "a turn that is cancelled in the middle of its answer, and the next one",
    async play(talk) {
      const turn = await talk.start("count to 1000");
      await untilItTalks(turn);
      turn.cancel();
      const { end } = await talk.observe(turn);
      return { end, next: await talk.say("say only this") };
    },
    expected: () => ({ end: "cancelled", next: { said: "only this", end: "end_turn" } }),
  },
  {
    title: "a refusal of the model's",
    async play(talk) {
      const refused = await talk.say("refuse I will not");
      return { ...refused, next: (await talk.say("say go on")).said };
    },
    // Newer Claude Codes tell the model of it, and go on once.
    expected: (adapter) => ({
      said: expect.stringMatching(/^I will not/) as string,
      end: adapter === "claude-agent-acp" ? "end_turn" : (expect.stringMatching(/^agent-/) as string),
      next: "go on",
    }),
  },
  failing("a rate limit", { status: 429, words: "the limit is reached", code: "agent-limit" }),
  failing("a server with too much to do", { status: 529, words: "Overloaded", code: "agent-overloaded" }),
  failing("a key that the server does not take", { status: 401, words: "invalid key", code: "agent-auth" }),
  failing("a conversation that is too long for the model", {
    status: 400,
    words: "prompt is too long: 300000 tokens > 200000 maximum",
    code: "agent-overflow",
  }),
];

/** Compaction changes what the model is sent from then on, so it comes after everything else. */
export const COMPACTION_CASE: EndpointCase = {
  title: "a conversation that is compacted",
  async play(talk) {
    const { end } = await talk.say("/compact");
    const asked = talk.model.requests.filter(({ purpose }) => purpose === "compaction").length;
    return { end, asked, recalled: (await talk.say(RECALL)).said };
  },
  expected: () => ({
    end: "end_turn",
    recalled: REMEMBERED,
  }),
};

function failing(title: string, fault: { status: number; words: string; code: string }): EndpointCase {
  return {
    title,
    async play(talk) {
      const { end } = await withFault(talk, fault, () => talk.say("say nothing"));
      return { end, next: (await talk.say(RECALL)).said };
    },
    expected: () => ({ end: fault.code, next: REMEMBERED }),
  };
}

async function withFault<Value>(
  { model }: Talk,
  { status, words }: { status: number; words: string },
  during: () => Promise<Value>,
): Promise<Value> {
  const headers = status === 429 ? { "retry-after": "3600" } : undefined;
  model.respondWith(() => errorReply(status, words, headers));
  try {
    return await during();
  } finally {
    model.respondWith(rememberingResponder());
  }
}
