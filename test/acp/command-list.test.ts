import { describe, expect, it } from "vitest";
import { createCommandList, type CommandList } from "../../src/acp/command-list.ts";

function listOf(names: string[], options = { losesUnknown: true }): CommandList {
  const list = createCommandList(options);
  if (names.length === 0) return list;
  const availableCommands = names.map((name) => ({ name, description: "" }));
  list.onUpdate({ sessionUpdate: "available_commands_update", availableCommands });
  return list;
}

describe("a message for an agent that loses commands which it does not know", () => {
  it.each([
    ["a command that it knows", "/compact keep the names", "/compact keep the names"],
    ["another one", "/frobnicate now", " /frobnicate now"],
    ["a path", "/etc/hosts is odd", " /etc/hosts is odd"],
    ["ordinary text", "say /compact", "say /compact"],
    ["a lone slash", "/ compact", "/ compact"],
  ])("is sent so that the model reads what is no command: %s", async (_, message, sent) => {
    expect(await listOf(["compact", "context"]).textFor(message)).toBe(sent);
  });

  it("waits for the list that comes right after the session", async () => {
    const list = createCommandList({ losesUnknown: true });
    const text = list.textFor("/frobnicate");
    const availableCommands = [{ name: "compact", description: "" }];
    list.onUpdate({ sessionUpdate: "available_commands_update", availableCommands });
    expect(await text).toBe(" /frobnicate");
  });

  it("stays as it is for any other agent", async () => {
    expect(await listOf(["compact"], { losesUnknown: false }).textFor("/frobnicate")).toBe("/frobnicate");
  });
});
