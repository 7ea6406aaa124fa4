import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { describe, expect, it } from "vitest";
import { answerChatCommand } from "../../src/openclaw/chat-command.ts";
import type { ContractorRuntime } from "../../src/openclaw/contractor-runtime.ts";
import { registerChatCommand } from "../../src/openclaw/register-chat-command.ts";
import { acting } from "../bridge/watched-turn.ts";
import { createBridgeWorld, KEY, type BridgeWorld } from "../bridge/bridge-world.ts";

function ask(world: BridgeWorld, args: string, sessionKey = KEY.openclawSessionKey): Promise<string | null> {
  return answerChatCommand(
    {
      readHostConfig: () => ({}),
      bridge: () => world.bridge,
      overview: async () => ({
        ...{ at: new Date().toISOString(), pool: null },
        contractors: [await world.overview()],
      }),
    },
    { agentId: "dev", sessionKey, args },
  );
}

describe("/contractor", () => {
  it("tells of the conversation's session, and of nobody else's", async () => {
    const world = await createBridgeWorld();
    const cost = { amount: 0.25, currency: "USD" };
    await world.turn(
      acting({ update: { sessionUpdate: "usage_update", used: 90_000, size: 200_000, cost } }),
    );
    const { claudeSessionId = "" } = (await world.entry()) ?? {};
    const status = await ask(world, "");
    expect(status).toContain(`Session ${claudeSessionId}: turns 1, context 45% of 200k, cost $0.25.`);
    expect(status).toContain("Permission mode: ask. Runs on: the Claude login.");
    expect(status).toContain("is Claude Code, ready.");
    expect(await ask(world, " COST ")).toMatch(/^This conversation: \$0\.25/);
    const other = await ask(world, "status", "agent:dev:other");
    expect(other).toContain("has no Claude session yet");
    expect(other).not.toContain(claudeSessionId);
  });

  it("resets the conversation, and says so when there is nothing to reset", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    const { claudeSessionId = "" } = (await world.entry()) ?? {};
    expect(await ask(world, "reset")).toContain(claudeSessionId);
    expect(await world.entry()).toBeNull();
    expect(await world.says("what did I ask you to remember?")).toBe("Nothing yet.");
    await ask(world, "reset");
    expect(await ask(world, "reset")).toContain("no Claude session to reset");
  });

  it("stops the turn that runs, and the conversation goes on", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    const running = world.turn("hang");
    await expect.poll(() => world.prompts()).toContain("hang");
    expect(await ask(world, "")).toContain("is Claude Code, in a turn.");
    expect(await ask(world, "stop")).toContain("Nothing runs here now.");
    expect(await running).toMatchObject({ kind: "cancelled" });
    expect(await world.says("what did I ask you to remember?")).toBe("You asked me to remember tango.");
  });

  it("tells how model and permission mode are changed, and what else there is", async () => {
    const world = await createBridgeWorld();
    expect(await ask(world, "model")).toContain("/model contractor-agent/");
    expect(await ask(world, "mode")).toContain("set --agent-id dev permissionMode=");
    expect(await ask(world, "help")).toContain("`/contractor reset`");
    expect(await ask(world, "context")).toBeNull();
  });
});

describe("the chat command's registration", () => {
  it("is for those whom OpenClaw lets use commands, and loads nothing for an agent that is no contractor", async () => {
    type Command = Parameters<OpenClawPluginApi["registerCommand"]>[0];
    const commands: Command[] = [];
    const asked: unknown[] = [];
    registerChatCommand(
      { registerCommand: (command: Command) => commands.push(command) } as unknown as OpenClawPluginApi,
      {
        isContractor: (agentId) => agentId === "dev",
        load: () =>
          Promise.resolve({
            answerChatCommand: (request: { args: string }) => {
              const { args } = request;
              asked.push(request);
              return Promise.resolve(args === "context" ? null : "status");
            },
          } as unknown as ContractorRuntime),
      },
    );
    const [command] = commands;
    expect(command).toMatchObject({ name: "contractor", acceptsArgs: true, requireAuth: true });
    const say = (request: object): unknown => command?.handler(request as Parameters<Command["handler"]>[0]);
    expect(await say({ agentId: "main", sessionKey: "main" })).toEqual({
      text: expect.stringContaining("no contractor's") as string,
    });
    expect(asked).toEqual([]);
    expect(await say({ agentId: "dev", sessionKey: "main", args: "cost" })).toEqual({ text: "status" });
    expect(asked).toEqual([{ agentId: "dev", sessionKey: "main", args: "cost" }]);
    const own = await say({ agentId: "dev", sessionKey: "main", args: "context" });
    expect(own).toEqual({ continueAgent: true });
  });
});
