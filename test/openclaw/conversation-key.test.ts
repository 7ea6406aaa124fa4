import { describe, expect, it } from "vitest";
import { conversationKeyOf } from "../../src/openclaw/conversation-key.ts";
import type { HostConfig } from "../../src/openclaw/plugin-config.ts";

function keyOf(sessionKey: string, session?: HostConfig["session"]): string {
  const config: HostConfig = session === undefined ? {} : { session };
  return conversationKeyOf({ config, agentId: "dev", sessionKey }).openclawSessionKey;
}

describe("conversationKeyOf", () => {
  it("keeps the agent", () => {
    expect(conversationKeyOf({ config: {}, agentId: "dev", sessionKey: "main" })).toEqual({
      agentId: "dev",
      openclawSessionKey: "agent:dev:main",
    });
  });

  it.each(["main", "agent:dev:main", " main "])("takes %j for the agent's main session", (name) => {
    expect(keyOf(name)).toBe("agent:dev:main");
  });

  it.each(["main", "desk", "agent:dev:main", "agent:dev:desk"])(
    "takes %j for the main session where it is called desk",
    (name) => {
      expect(keyOf(name, { mainKey: "desk" })).toBe("agent:dev:desk");
    },
  );

  it("takes the main session for the one that all agents share, where the host has only that", () => {
    expect(keyOf("agent:dev:main", { scope: "global" })).toBe("global");
    expect(keyOf("agent:dev:telegram:group:1", { scope: "global" })).toBe("agent:dev:telegram:group:1");
  });

  it.each([
    "agent:dev:openai-user:main",
    "agent:ops:main",
    "agent:dev:Main",
    "mainframe",
    "../../main",
    "agent:dev:a:b:c",
    "x".repeat(300),
  ])("leaves %j alone", (name) => {
    expect(keyOf(name)).toBe(name);
  });
});
