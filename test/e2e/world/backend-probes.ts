import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { chat, startChatTurn, type ChatMessage } from "./chat-turn.ts";
import type { ComparedBackend } from "./comparison-world.ts";
import { allowAll, answerQuestion, decide, nextApproval } from "./person.ts";
import { RED_DOT } from "./red-dot.ts";

/** What a backend did at one point. Of two ranks the higher one is better for the person. */
export type Measured = { shown: string; rank: number };

/** Conversations with a backend, and what they show of it. `points` are those that `run` measures. */
export type Probe = {
  points: readonly string[];
  run: (backend: ComparedBackend) => Promise<Record<string, Measured>>;
};

/** How long a person is made to wait for the news that the model refuses the key. */
const PATIENCE_MS = 20_000;
const IMPATIENT = `no: nothing within ${PATIENCE_MS / 1_000} s`;
const RECALL = "what did I ask you to remember?";

const yes = (shown = "yes"): Measured => ({ shown, rank: 1 });
const no = (shown = "no"): Measured => ({ shown, rank: 0 });
const either = (holds: boolean, shown?: string): Measured => (holds ? yes(shown) : no(shown));

const historySchema = z.looseObject({ messages: z.array(z.looseObject({ role: z.string() })) });

const rowsSchema = z.looseObject({
  sessions: z.array(
    z.looseObject({
      key: z.string(),
      inputTokens: z.number().optional(),
      outputTokens: z.number().optional(),
      totalTokens: z.number().optional(),
      contextTokens: z.number().optional(),
      estimatedCostUsd: z.number().optional(),
    }),
  ),
});

const keyOf = ({ agentId }: ComparedBackend, name: string): string => `agent:${agentId}:${name}`;

const streaming: Probe = {
  points: [
    "the first text is there before the turn ends",
    "pieces of a 60-word answer",
    "reasoning is streamed",
    "a tool's start and end are streamed",
  ],
  async run(backend) {
    const { person, script, agentId } = backend;
    const sessionKey = keyOf(backend, "streaming");
    const halves = await startChatTurn(person, { sessionKey, message: `halves ${agentId}` });
    void allowAll(person, { sessionKey, until: halves.ended });
    // The model holds the second half until this client has seen the first.
    const first = await Promise.race([halves.firstText(), halves.ended.then(() => "")]);
    script.release(agentId);
    await halves.ended;
    const counting = await startChatTurn(person, { sessionKey, message: "count to 60" });
    await counting.ended;
    const pieces = counting.deltas().length;
    const phases = new Set(halves.agentEvents("tool").map(({ data }) => data["phase"]));
    const thoughts = halves.agentEvents("thinking").length;
    return {
      "the first text is there before the turn ends": either(first.startsWith("First half")),
      "pieces of a 60-word answer": { shown: String(pieces), rank: Math.min(pieces, 5) },
      "reasoning is streamed": either(thoughts > 0),
      "a tool's start and end are streamed": either(phases.has("start") && phases.has("result")),
    };
  },
};

const records: Probe = {
  points: [
    "history: rows of two turns",
    "usage in sessions.list",
    "context fill in sessions.list",
    "cost in sessions.list",
  ],
  async run(backend) {
    const { person } = backend;
    const sessionKey = keyOf(backend, "records");
    await chat(person, { sessionKey, message: "remember the blue door" });
    await chat(person, { sessionKey, message: RECALL });
    const { messages } = historySchema.parse(await person.request("chat.history", { sessionKey }));
    const roles = messages.map(({ role }) => role).join(", ");
    const { sessions } = rowsSchema.parse(await person.request("sessions.list", {}));
    const row = sessions.find(({ key }) => key === sessionKey);
    const cost = row?.estimatedCostUsd;
    return {
      "history: rows of two turns": either(roles === "user, assistant, user, assistant", roles),
      "usage in sessions.list": either(
        (row?.inputTokens ?? 0) > 0 && (row?.outputTokens ?? 0) > 0,
        `${row?.inputTokens ?? 0} in, ${row?.outputTokens ?? 0} out`,
      ),
      "context fill in sessions.list": either(
        (row?.totalTokens ?? 0) > 0 && (row?.contextTokens ?? 0) > 0,
        `${row?.totalTokens ?? 0} of ${row?.contextTokens ?? 0}`,
      ),
      "cost in sessions.list": either((cost ?? 0) > 0, cost === undefined ? "none" : `${cost} USD`),
    };
  },
};

const HOOKS = [
  "before_agent_reply",
  "before_prompt_build",
  "agent_turn_prepare",
  "before_agent_run",
  "llm_input",
  "llm_output",
  "agent_end",
  "before_tool_call",
  "after_tool_call",
  "before_message_write",
  "session_start",
  "message_received",
  "message_sending",
] as const;

const hooks: Probe = {
  points: [...HOOKS.map((hook) => `hook ${hook}`), "a hook's veto stops a tool"],
  async run(backend) {
    const { person, observer, workspace } = backend;
    const sessionKey = keyOf(backend, "hooks");
    const vetoed = await startChatTurn(person, { sessionKey, message: "write vetoed.txt hello" });
    await allowAll(person, { sessionKey, until: vetoed.ended });
    const written = await writesFile(backend, { sessionKey, file: "hooks.txt", decision: "allow-once" });
    const fired = new Set((await observer.fired(sessionKey)).map(({ hook }) => hook));
    return {
      ...Object.fromEntries(HOOKS.map((hook) => [`hook ${hook}`, either(fired.has(hook))])),
      "a hook's veto stops a tool": either(written && !existsSync(join(workspace, "vetoed.txt"))),
    };
  },
};

const approvals: Probe = {
  points: ["an approved tool leaves its trace", "a denied tool leaves none, and the turn goes on"],
  async run(backend) {
    const sessionKey = keyOf(backend, "approvals");
    const approved = await writesFile(backend, { sessionKey, file: "approved.txt", decision: "allow-once" });
    const denied = await writesFile(backend, { sessionKey, file: "denied.txt", decision: "deny" });
    return {
      "an approved tool leaves its trace": either(approved),
      "a denied tool leaves none, and the turn goes on": either(!denied),
    };
  },
};

const content: Probe = {
  points: ["an image reaches the model as an image"],
  async run(backend) {
    const { person } = backend;
    const image = { type: "image", mimeType: "image/png", fileName: "dot.png", content: RED_DOT };
    const sessionKey = keyOf(backend, "image");
    const turn = await startChatTurn(person, { sessionKey, message: "look here", attachments: [image] });
    void allowAll(person, { sessionKey, until: turn.ended });
    const { text } = await turn.ended;
    return { "an image reaches the model as an image": either(text === "I see 1 images.", text) };
  },
};

const cancel: Probe = {
  points: ["chat.abort ends the turn as aborted", "the answer after it is its own"],
  async run(backend) {
    const { person, agentId } = backend;
    const sessionKey = keyOf(backend, "cancel");
    const held = await startChatTurn(person, { sessionKey, message: "count to 1000" });
    await held.firstText();
    await person.request("chat.abort", { sessionKey, runId: held.runId });
    const { state } = await held.ended;
    const next = await chat(person, { sessionKey, message: `say next of ${agentId}` });
    return {
      "chat.abort ends the turn as aborted": either(state === "aborted", state),
      "the answer after it is its own": either(next === `next of ${agentId}`, next),
    };
  },
};

const commands: Probe = {
  points: ["/compact compacts, and the conversation is remembered", "an unknown slash command is answered"],
  async run(backend) {
    const { person } = backend;
    const sessionKey = keyOf(backend, "commands");
    await chat(person, { sessionKey, message: "remember the oak tree" });
    const compacted = await chat(person, { sessionKey, message: "/compact" });
    const recalled = await chat(person, { sessionKey, message: RECALL });
    const unknown = await startChatTurn(person, { sessionKey, message: "/frobnicate now" });
    const { state, text } = await unknown.ended;
    return {
      "/compact compacts, and the conversation is remembered": either(
        /Compact(ed|ion finished)/.test(compacted) && recalled.includes("the oak tree"),
        compacted,
      ),
      "an unknown slash command is answered": either(state === "final" && text !== "", text),
    };
  },
};

const questions: Probe = {
  points: ["a question is answered in the same turn"],
  async run(backend) {
    const { person } = backend;
    const sessionKey = keyOf(backend, "question");
    const turn = await startChatTurn(person, { sessionKey, message: "colour it" });
    void allowAll(person, { sessionKey, until: turn.ended });
    const answered = answerQuestion(person, { sessionKey, answers: ["Blue"] });
    answered.catch(() => undefined);
    await Promise.race([answered, turn.ended]);
    const { text } = await turn.ended;
    return { "a question is answered in the same turn": either(text.includes("Blue"), text) };
  },
};

const errors: Probe = {
  points: ["a refused key is told", "the conversation goes on after it"],
  async run(backend) {
    const { person } = backend;
    const sessionKey = keyOf(backend, "errors");
    const turn = await startChatTurn(person, { sessionKey, message: "refuse me" });
    const patience = delay(PATIENCE_MS, null, { ref: false });
    const refused = await Promise.race([turn.ended, patience]);
    // Whoever goes on trying in silence is not waited for: the turn has no end that a person would see.
    if (refused === null) return Object.fromEntries(errors.points.map((point) => [point, no(IMPATIENT)]));
    const words = refused.error ?? refused.text;
    const next = await chat(person, { sessionKey, message: "say still here" });
    return {
      "a refused key is told": either(/key|auth|401/i.test(words), words),
      "the conversation goes on after it": either(next === "still here", next),
    };
  },
};

const afterRestart: Probe = {
  points: ["the conversation is remembered after a restart of the Gateway"],
  async run(backend) {
    const message: ChatMessage = { sessionKey: keyOf(backend, "records"), message: RECALL };
    const recalled = await chat(backend.person, message);
    return {
      "the conversation is remembered after a restart of the Gateway": either(
        recalled.includes("the blue door"),
        recalled,
      ),
    };
  },
};

export const PROBES: readonly Probe[] = [
  streaming,
  records,
  hooks,
  approvals,
  content,
  cancel,
  commands,
  questions,
  errors,
];

export const PROBES_AFTER_RESTART: readonly Probe[] = [afterRestart];

/** Whether the file is there after somebody was asked and has decided. */
async function writesFile(
  { person, workspace }: ComparedBackend,
  { sessionKey, file, decision }: { sessionKey: string; file: string; decision: "allow-once" | "deny" },
): Promise<boolean> {
  const turn = await startChatTurn(person, { sessionKey, message: `write ${file} hello` });
  const asked = nextApproval(person, { sessionKey, naming: file });
  asked.catch(() => undefined);
  const approval = await Promise.race([asked, turn.ended.then(() => null)]);
  if (approval !== null) await decide(person, approval, decision);
  await turn.ended;
  return existsSync(join(workspace, file));
}
