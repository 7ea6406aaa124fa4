import { readdir, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { z } from "zod";
import { editConfig } from "../../scripts/world/edit-config.ts";
import type { Gateway } from "../../scripts/world/gateway.ts";
import type { RecordedRequest } from "../fixtures/scripted-messages-api/request-log.ts";
import { chatHistory } from "./world/chat-history.ts";
import {
  createContractorWorld,
  editPluginConfig,
  sessionKeyOf,
  type ContractorWorld,
} from "./world/contractor-world.ts";
import { addHostObserver, type FiredHook, type HostObserver } from "./world/host-observer.ts";

const LOOKUP_SERVER = resolve(import.meta.dirname, "../fixtures/lookup-mcp-server.mjs");
const LOOKUP_KEY = "lookup-5d0c-in-no-argument-list";

/** Each with the other one, whom it talks to. */
const CONTRACTORS = [
  { agentId: "dev", adapter: "claude-agent-acp", other: "zed" },
  { agentId: "zed", adapter: "claude-code-acp", other: "dev" },
];

let world: ContractorWorld;
let gateway: Gateway;
let observer: HostObserver;

beforeAll(async () => {
  world = await createContractorWorld(inject("worldTemplate"));
  const { openclaw } = world;
  // Two more in the likeness of the others: one that OpenClaw denies a tool, one that is offered none.
  for (const [agentId, like] of [
    ["denied", "zed"],
    ["without", "zed"],
  ] as const) {
    const workspace = await world.createWorkspace(agentId);
    await editConfig(openclaw, ({ agents }) => {
      agents.entries[agentId] = { ...agents.entries[like], workspace, agentDir: undefined };
    });
    await editPluginConfig(openclaw, ({ contractors }) => {
      contractors[agentId] = { ...contractors[like], workspace };
    });
  }
  await editPluginConfig(openclaw, ({ contractors }) => {
    contractors["without"] = { ...contractors["without"], tools: [], mcpServers: ["lookup", "missing"] };
  });
  await editConfig(openclaw, (config) => {
    Object.assign(config, {
      tools: { agentToAgent: { enabled: true, allow: ["*"] }, sessions: { visibility: "all" } },
      mcp: {
        servers: {
          lookup: { command: process.execPath, args: [LOOKUP_SERVER], env: { LOOKUP_KEY } },
        },
      },
    });
    const { entries } = config.agents;
    entries["denied"] = { ...entries["denied"], tools: { deny: ["message"] } };
    // Whom sub-agents may be: themselves alone, without this. A heartbeat can be woken where there is one at all.
    for (const { agentId } of CONTRACTORS) {
      const more = { subagents: { allowAgents: ["*"] }, heartbeat: { every: "1h" } };
      entries[agentId] = { ...entries[agentId], ...more };
    }
  });
  observer = await addHostObserver(openclaw, { veto: ["the-vetoed-word"] });
  gateway = await openclaw.startGateway();
});

afterAll(async () => {
  await world.dispose();
});

async function ask(agentId: string, user: string, text: string): Promise<string> {
  const answer = await gateway.ask({ agentId, user, text });
  expect(answer).toMatchObject({ status: 200, error: undefined });
  return answer.text;
}

function requestWith(text: string): Promise<RecordedRequest> {
  return requestWhere((lastUserText) => lastUserText.includes(text));
}

async function requestWhere(matches: (lastUserText: string) => boolean): Promise<RecordedRequest> {
  return world.model.waitForRequest(
    ({ purpose, lastUserText }) => purpose === "turn" && matches(lastUserText),
    60_000,
  );
}

const REST_MS = 5_000;
const RESTS_AT_MOST = 12;

/** How many requests the model has had when none has come for a while, or when they have not ended in a minute. */
async function requestsAtRest(): Promise<number> {
  let seen = -1;
  for (let rests = 0; rests < RESTS_AT_MOST && seen !== world.model.requests.length; rests += 1) {
    seen = world.model.requests.length;
    await delay(REST_MS);
  }
  return seen;
}

const toolsSchema = z.looseObject({ tools: z.array(z.looseObject({ name: z.string() })) });

function toolsIn({ body }: RecordedRequest): string[] {
  return toolsSchema.parse(body).tools.map(({ name }) => name);
}

async function hooksOf(agentId: string, user: string, hook: string): Promise<FiredHook[]> {
  const fired = await observer.fired(sessionKeyOf(agentId, user));
  return fired.filter((one) => one.hook === hook);
}

describe.each(CONTRACTORS)("OpenClaw's tools in the hands of $adapter", ({ agentId, other }) => {
  it("are seen with the first request, and called; OpenClaw's hooks and history have each call once", async () => {
    const said = await ask(agentId, "list", 'call sessions_list {"limit":5}');
    expect(said).toContain(`"key":"${sessionKeyOf(agentId, "list")}"`);
    const first = await requestWith('call sessions_list {"limit":5}');
    expect(toolsIn(first)).toEqual(
      expect.arrayContaining(
        ["message", "sessions_list", "sessions_send"].map((name) => `mcp__openclaw__${name}`),
      ),
    );
    const named = { toolName: "sessions_list" };
    expect((await hooksOf(agentId, "list", "before_tool_call")).map(({ event }) => event)).toEqual([
      expect.objectContaining(named),
    ]);
    await expect
      .poll(async () => (await hooksOf(agentId, "list", "after_tool_call")).map(({ event }) => event))
      .toEqual([expect.objectContaining(named)]);
    const history = JSON.stringify(
      await gateway.call("chat.history", { sessionKey: sessionKeyOf(agentId, "list") }),
    );
    expect(history.match(/"type":"toolCall"/g)).toHaveLength(1);
    expect(history).toContain('"name":"sessions_list"');
  });

  it("are found where Claude Code defers them behind its search", async () => {
    expect(await ask(agentId, "list", "call agents_list {}")).toMatch(/^agents_list said: /);
  });

  it("reach another agent in a conversation of its own, which answers", async () => {
    await ask(other, `peer-of-${agentId}`, "remember the ash tree");
    const sessionKey = sessionKeyOf(other, `peer-of-${agentId}`);
    const message = { sessionKey, message: "what did I ask you to remember?", timeoutSeconds: 60 };
    const said = await ask(agentId, "talk", `call sessions_send ${JSON.stringify(message)}`);
    expect(said).toContain("You asked me to remember the ash tree.");
    expect((await chatHistory(gateway, sessionKey)).join("\n")).toContain("remember the ash tree");
  });

  it("hand a task to another contractor as a sub-agent", async () => {
    const task = `say spawned by ${agentId}`;
    const spawn = `call sessions_spawn ${JSON.stringify({ task, agentId: other })}`;
    expect(await ask(agentId, "spawn", spawn)).toContain('"status": "accepted"');
    // It has its role, which OpenClaw's own loop reads in the system prompt.
    const request = await requestWhere(
      (text) => text.startsWith("<openclaw-instructions>\n# Subagent Context\n") && text.includes(task),
    );
    expect(request.workingDirectory).toContain(world.workspaceOf(other));
  });

  it("come to an end where two agents answer each other", async () => {
    const user = `echo-of-${agentId}`;
    await ask(other, user, "say ready");
    const back = {
      sessionKey: sessionKeyOf(agentId, user),
      message: `say pong to ${agentId}`,
      timeoutSeconds: 3,
    };
    const message = {
      sessionKey: sessionKeyOf(other, user),
      message: `call sessions_send ${JSON.stringify(back)}`,
      timeoutSeconds: 60,
    };
    await ask(agentId, user, `call sessions_send ${JSON.stringify(message)}`);
    // The last of it: what came of the answer is told to whoever asked for it, and is not answered again.
    await requestWhere((text) => text.endsWith(`\n\npong to ${agentId}`));
    const requests = await requestsAtRest();
    expect(await requestsAtRest()).toBe(requests);
    const asked = world.model.requests.filter(({ lastUserText }) =>
      lastUserText.endsWith(`\n\nsay pong to ${agentId}`),
    );
    expect(asked).toHaveLength(1);
  });

  it("are refused where another plugin vetoes them, and the model is told why", async () => {
    const call = { action: "send", target: "1", message: "the-vetoed-word" };
    expect(await ask(agentId, "veto", `call message ${JSON.stringify(call)}`)).toContain(
      "the observer vetoes the-vetoed-word",
    );
  });

  it("tell the truth about what failed", async () => {
    const call = { action: "send", channel: "nowhere", target: "1", message: "hello" };
    expect(await ask(agentId, "fail", `call message ${JSON.stringify(call)}`)).toMatch(/^message failed: /);
  });

  it("are there when a schedule wakes the contractor", async () => {
    const job = z.looseObject({ id: z.string() }).parse(
      await gateway.call("cron.add", {
        ...{ name: `wake-${agentId}`, agentId, enabled: false, sessionTarget: "isolated", wakeMode: "now" },
        schedule: { kind: "every", everyMs: 3_600_000 },
        payload: { kind: "agentTurn", message: `say good morning from ${agentId}` },
        delivery: { mode: "none" },
      }),
    );
    await gateway.call("cron.run", { id: job.id, mode: "force" });
    const request = await requestWith(`say good morning from ${agentId}`);
    expect(toolsIn(request)).toContain("mcp__openclaw__sessions_list");
    expect(request.workingDirectory).toContain(world.workspaceOf(agentId));
  });
});

describe.each(CONTRACTORS)("a heartbeat of OpenClaw's on $adapter", ({ agentId }) => {
  it("wakes the contractor in its own conversation, which it remembers", async () => {
    await ask(agentId, "heart", "remember the birch");
    const wake = { mode: "now", text: `say awake, ${agentId}`, sessionKey: sessionKeyOf(agentId, "heart") };
    await gateway.call("wake", wake);
    const request = await requestWith(`say awake, ${agentId}`);
    expect(request.userTexts[0]).toBe("remember the birch");
    expect(toolsIn(request)).toContain("mcp__openclaw__sessions_list");
  });
});

describe("a tool that OpenClaw's policy denies", () => {
  it("is neither listed nor callable, and the others are", async () => {
    expect(await ask("denied", "one", 'call message {"action":"send"}')).toBe("There is no tool message.");
    const tools = toolsIn(await requestWith('call message {"action":"send"}'));
    expect(tools).not.toContain("mcp__openclaw__message");
    expect(tools).toContain("mcp__openclaw__sessions_list");
  });
});

describe("a contractor that is offered none", () => {
  it("has none, and has the MCP servers of its own list", async () => {
    await ask("without", "one", "say only this");
    const tools = toolsIn(await requestWith("say only this"));
    expect(tools.filter((name) => name.startsWith("mcp__"))).toEqual(["mcp__lookup__lookup"]);
    expect(gateway.log()).toContain("without goes without the MCP server missing");
  });

  it("gives their secrets away in no argument list", async () => {
    const commands = await Promise.all(
      (await readdir("/proc"))
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
    );
    expect(commands.some((command) => command.includes("lookup-mcp-server.mjs"))).toBe(true);
    expect(commands.filter((command) => command.includes(LOOKUP_KEY))).toEqual([]);
  });
});
