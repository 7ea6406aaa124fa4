import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { z } from "zod";
import type { ChatAnswer } from "../../scripts/world/chat-client.ts";
import type { Gateway } from "../../scripts/world/gateway.ts";
import { readClaudeConversation } from "../../src/contractor/conversation/claude-conversation.ts";
import { turnLogFolderOf, turnLogPathOf } from "../../src/contractor/turn-log/turn-log-files.ts";
import { parseTurnLogLine } from "../../src/contractor/turn-log/turn-log-entry.ts";
import { allOf } from "../contractor/conversation/transcript-lines.ts";
import { rememberingResponder } from "../fixtures/scripted-messages-api/remembering-responder.ts";
import { chatHistory } from "./world/chat-history.ts";
import {
  createContractorWorld,
  SECRET_KEY,
  sessionKeyOf,
  type ContractorWorld,
} from "./world/contractor-world.ts";
import { readFileTree } from "./world/file-tree.ts";
import { processesOf } from "./world/processes.ts";

const usageSchema = z.looseObject({
  sessions: z.array(
    z.looseObject({
      key: z.string(),
      inputTokens: z.number().optional(),
      outputTokens: z.number().optional(),
      contextTokens: z.number().optional(),
    }),
  ),
});

const liveStatusSchema = z.object({
  contractors: z.array(
    z.looseObject({
      agentId: z.string(),
      warm: z.number(),
      spent: z.object({ agent: z.object({ turns: z.number() }) }),
      lastError: z.object({ code: z.string() }).nullable(),
    }),
  ),
  gateway: z.looseObject({ reachable: z.boolean() }),
});

const liveSessionsSchema = z.object({
  sessions: z.array(
    z.looseObject({
      openclawSessionKey: z.string(),
      // Null where a conversation has completed no turn yet.
      usage: z.object({ outputTokens: z.number() }).nullable(),
      contextTokens: z.number().nullable(),
      contextWindow: z.number().nullable(),
      costUsd: z.number().nullable(),
    }),
  ),
});

let world: ContractorWorld;
let gateway: Gateway;

function say(agentId: string, user: string, text: string): Promise<ChatAnswer> {
  return gateway.ask({ agentId, user, text });
}

function activeSession(agentId: string, user: string): Promise<string | undefined> {
  return world.activeSession(agentId, sessionKeyOf(agentId, user));
}

beforeAll(async () => {
  world = await createContractorWorld(inject("worldTemplate"));
  await world.addContractor("once", "--endpoint", "scripted", "--mode", "oneshot");
  await world.contractorAgents(
    ...["endpoint", "add", "keyless", "--base-url", world.model.url, "--api-key-env", "NO_SUCH_KEY"],
  );
  await world.addContractor("keyless", "--endpoint", "keyless");
  gateway = await world.openclaw.startGateway();
});

afterAll(async () => {
  await world.dispose();
});

describe.each([
  { agentId: "dev", adapter: "claude-agent-acp" },
  { agentId: "zed", adapter: "claude-code-acp" },
])("a contractor on $adapter, through the Gateway", ({ agentId }) => {
  it("remembers what was said before, though only the new message is sent", async () => {
    const first = await say(agentId, "ann", "remember the blue door");
    expect(first).toMatchObject({ status: 200, text: "I will remember the blue door." });
    const second = await say(agentId, "ann", "what did I ask you to remember?");
    expect(second.text).toBe("You asked me to remember the blue door.");
    const turn = await world.model.waitForRequest(
      (request) => request.purpose === "turn" && request.lastUserText === "what did I ask you to remember?",
      10_000,
    );
    expect(turn.userTexts).toEqual(["remember the blue door", "what did I ask you to remember?"]);
  });

  it("keeps each question and each answer once in OpenClaw's own history", async () => {
    expect(await chatHistory(gateway, sessionKeyOf(agentId, "ann"))).toEqual([
      "user: remember the blue door",
      "assistant: I will remember the blue door.",
      "user: what did I ask you to remember?",
      "assistant: You asked me to remember the blue door.",
    ]);
  });

  it("logs one line for each turn, with its phases and no word of it", async () => {
    const path = turnLogPathOf(turnLogFolderOf(world.openclaw.stateDir));
    const linesOfAnn = async (): Promise<string[]> =>
      (await readFile(path, "utf8"))
        .split("\n")
        .filter((line) => line.includes(sessionKeyOf(agentId, "ann")));
    await expect.poll(linesOfAnn, { timeout: 5_000 }).toHaveLength(2);
    const lines = await linesOfAnn();
    expect(lines.map((line) => parseTurnLogLine(line))).toMatchObject(
      [/new|spare/, /warm/].map((session) => ({
        ...{ agentId, endpoint: "scripted", outcome: "completed", stopReason: "end_turn" },
        session: expect.stringMatching(session) as string,
        ms: { firstUpdate: expect.any(Number) as number, result: expect.any(Number) as number },
      })),
    );
    expect(lines.join("\n")).not.toMatch(/blue door|remember/);
  });

  it("has a transcript of Claude's that can be exported", async () => {
    const [entry] = await world.entriesOf(agentId, sessionKeyOf(agentId, "ann"));
    const messages = await allOf(readClaudeConversation(entry?.transcript ?? ""));
    expect(messages.map(({ role, content }) => `${role}: ${content}`)).toEqual([
      "user: remember the blue door",
      "assistant: I will remember the blue door.",
      "user: what did I ask you to remember?",
      "assistant: You asked me to remember the blue door.",
    ]);
  });

  it("uses Claude Code's own tools in the workspace", async () => {
    const answer = await say(agentId, "ann", "what does this repo do?");
    expect(answer.text).toContain(`README.md says: The ${agentId} project`);
  });

  it("never mixes two people", async () => {
    const [bob, eve] = await Promise.all([
      say(agentId, "bob", "remember apples"),
      say(agentId, "eve", "remember pears"),
    ]);
    expect([bob.text, eve.text]).toEqual(["I will remember apples.", "I will remember pears."]);
    const recalled = await Promise.all([
      say(agentId, "bob", "what did I ask you to remember?"),
      say(agentId, "eve", "what did I ask you to remember?"),
    ]);
    expect(recalled.map((answer) => answer.text)).toEqual([
      "You asked me to remember apples.",
      "You asked me to remember pears.",
    ]);
  });

  it("streams the text while it is being written", async () => {
    const answer = await say(agentId, "ann", "count to 60");
    expect(answer.text).toMatch(/^1 2 3 .* 59 60$/);
    expect(answer.firstTextMs).toBeLessThan(answer.totalMs / 2);
  });

  it("leaves no trace of a tool that nobody approved", async () => {
    const answer = await say(agentId, "ann", "write unapproved.txt hello");
    expect(answer).toMatchObject({ status: 200, error: undefined });
    expect(existsSync(join(world.workspaceOf(agentId), "unapproved.txt"))).toBe(false);
  });

  it("gives Claude Code its role at the end of the system prompt", () => {
    const turns = world.model.requests.filter(
      (request) => request.purpose === "turn" && request.workingDirectory === world.workspaceOf(agentId),
    );
    expect(turns.length).toBeGreaterThan(0);
    for (const { system } of turns) expect(system).toContain(`You work as the contractor agent "${agentId}"`);
  });

  it("begins anew after OpenClaw resets the conversation, and forgets", async () => {
    const before = await activeSession(agentId, "bob");
    await gateway.call("sessions.reset", { key: sessionKeyOf(agentId, "bob") });
    expect(await activeSession(agentId, "bob")).toBeUndefined();
    expect((await say(agentId, "bob", "what did I ask you to remember?")).text).toBe("Nothing yet.");
    expect(await activeSession(agentId, "bob")).not.toBe(before);
  });

  it("begins anew after reset-session on the command line, while the Gateway runs", async () => {
    const before = await activeSession(agentId, "eve");
    const reset = await world.contractorAgents(
      ...["reset-session", "--agent-id", agentId, "--session-key", sessionKeyOf(agentId, "eve")],
    );
    expect(reset).toEqual({
      exitCode: 0,
      json: {
        agentId,
        openclawSessionKey: sessionKeyOf(agentId, "eve"),
        previousClaudeSessionId: before,
        via: "gateway",
      },
    });
    expect((await say(agentId, "eve", "what did I ask you to remember?")).text).toBe("Nothing yet.");
  });
});

describe("what a person is told", () => {
  it("names the missing key, and what to do", async () => {
    const { error } = await say("keyless", "ann", "hello");
    expect(error).toMatchObject({
      message:
        'The endpoint "keyless" takes its key from NO_SUCH_KEY, which is not set in the Gateway\'s environment. Set NO_SUCH_KEY where the Gateway is started, and restart it.',
    });
  });

  it("says in the chat that the model refused the key", async () => {
    world.model.respondWith(() => ({ status: 401, body: { error: { message: "invalid x-api-key" } } }));
    try {
      const answer = await say("dev", "refused", "hello");
      expect(JSON.stringify(answer.error)).toContain("check the key of the contractor's endpoint");
      const history = await chatHistory(gateway, sessionKeyOf("dev", "refused"));
      expect(history.at(-1)).toMatch(/check the key of the contractor's endpoint/);
    } finally {
      world.model.respondWith(rememberingResponder());
    }
  });
});

describe("the bridge model", () => {
  it("can be chosen in a chat by its bare name", async () => {
    const sessionKey = "agent:main:main";
    const message = "/model contractor-claude-bridge";
    await gateway.call("chat.send", { sessionKey, message, idempotencyKey: "choose-the-bridge" });
    await expect
      .poll(async () => (await chatHistory(gateway, sessionKey)).at(-1), { timeout: 30_000, interval: 1_000 })
      .toContain("(contractor-agent/contractor-claude-bridge)");
  });

  it("reports what a conversation used to OpenClaw", async () => {
    const { sessions } = usageSchema.parse(await gateway.call("sessions.list"));
    const used = sessions.find((session) => session.key === sessionKeyOf("dev", "ann"));
    expect(used).toMatchObject({ contextTokens: 200_000 });
    expect(used?.inputTokens).toBeGreaterThan(0);
    expect(used?.outputTokens).toBeGreaterThan(0);
  });
});

describe("oneshot", () => {
  it("answers each turn in a new Claude session and keeps none", async () => {
    expect((await say("once", "ann", "remember the red door")).text).toBe("I will remember the red door.");
    expect((await say("once", "ann", "what did I ask you to remember?")).text).toBe("Nothing yet.");
    const { json } = await world.contractorAgents("sessions", "--agent-id", "once");
    expect(json).toEqual({ sessions: [], problems: [] });
  });
});

describe("while the Gateway runs", () => {
  it("the command line tells what is warm, what it costs, how full it is and what went wrong", async () => {
    await say("dev", "ann", "what did I ask you to remember?");
    const { json: status } = await world.contractorAgents("status");
    const { contractors, gateway: live } = liveStatusSchema.parse(status);
    const byId = Object.fromEntries(contractors.map((row) => [row.agentId, row]));
    expect(live).toMatchObject({ reachable: true, pool: { maxLiveSessions: 6 } });
    expect(byId["dev"]?.warm).toBeGreaterThan(0);
    expect(byId["dev"]?.spent.agent.turns).toBeGreaterThan(4);
    expect(byId["keyless"]?.lastError).toMatchObject({ code: "endpoint-key-missing" });
    const { json } = await world.contractorAgents("sessions", "--agent-id", "dev", "--state", "active");
    const { sessions } = liveSessionsSchema.parse(json);
    const session = sessions.find(
      ({ openclawSessionKey }) => openclawSessionKey === sessionKeyOf("dev", "ann"),
    );
    expect(session).toMatchObject({ warm: true, busy: false, queued: 0 });
    expect(session?.contextWindow).toBeGreaterThan(0);
    expect(session?.usage?.outputTokens).toBeGreaterThan(0);
    expect(session?.contextTokens).toBeGreaterThan(0);
    expect(session?.costUsd).toBeGreaterThan(0);
  });

  it("a contractor can be added, answers, and can be removed without losing its workspace", async () => {
    await world.addContractor("late", "--endpoint", "scripted");
    // The Gateway looks at its configuration file about once a second.
    await expect
      .poll(async () => (await say("late", "ann", "what does this repo do?")).text, {
        timeout: 20_000,
        interval: 500,
      })
      .toContain("The late project");
    const removed = await world.contractorAgents("remove", "--agent-id", "late", "--yes");
    expect(removed).toEqual({ exitCode: 0, json: { agentId: "late" } });
    expect(existsSync(join(world.workspaceOf("late"), "README.md"))).toBe(true);
    const { error, text } = await say("late", "ann", "hello");
    expect({ text, refused: error !== undefined }).toEqual({ text: "", refused: true });
  });
});

describe("after a restart of the Gateway", () => {
  it("leaves no process behind when it stops", async () => {
    await gateway.stop();
    // OpenClaw waits some seconds for its plugins at most; what is left then is the guard's.
    await expect.poll(() => processesOf(world.openclaw.stateDir)).toEqual([]);
  });

  it("answers on the command line without a Gateway, and returns with nothing left running", async () => {
    const answered = await world.openclaw.run([
      ...["agent", "--agent", "dev", "--local", "--message", "remember the garden gate"],
    ]);
    expect(answered).toMatchObject({ exitCode: 0 });
    expect(answered.stdout).toContain("I will remember the garden gate.");
    expect(await processesOf(world.openclaw.stateDir)).toEqual([]);
  });

  it.each(["dev", "zed"])("the same Claude session of %s goes on", async (agentId) => {
    const before = await activeSession(agentId, "ann");
    if (agentId === "dev") gateway = await world.openclaw.startGateway();
    expect((await say(agentId, "ann", "what did I ask you to remember?")).text).toBe(
      "You asked me to remember the blue door.",
    );
    expect(await activeSession(agentId, "ann")).toBe(before);
  });
});

describe("the key of the endpoint", () => {
  it("stands in no file of OpenClaw or the workspaces, and in no log", async () => {
    const trees = await Promise.all([
      readFileTree(world.openclaw.stateDir),
      readFileTree(world.openclaw.home),
    ]);
    const files = trees.flatMap((tree) => [...tree]).filter(([, bytes]) => bytes.includes(SECRET_KEY));
    expect(files.map(([name]) => name)).toEqual([]);
    expect(gateway.log()).not.toContain(SECRET_KEY);
  });
});
