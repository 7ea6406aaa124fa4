import { describe, expect, it } from "vitest";
import type { ConversationKey } from "../../src/contractor/session-map/session-map-store.ts";
import { expectTurns } from "../../src/openclaw/expect-turns.ts";

type Listener = Parameters<Parameters<typeof expectTurns>[0]["onTranscriptUpdate"]>[0];

function watched(): { tell: Listener; expected: ConversationKey[]; stop: () => void } {
  const listeners = new Set<Listener>();
  const expected: ConversationKey[] = [];
  const stop = expectTurns({
    onTranscriptUpdate(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isContractor: (agentId) => agentId === "dev",
    bridge: () => ({
      expectTurn(key) {
        expected.push(key);
        return Promise.resolve();
      },
    }),
    readHostConfig: () => ({}),
  });
  const tell: Listener = (update) => {
    for (const listener of listeners) listener(update);
  };
  return { tell, expected, stop };
}

describe("a row of OpenClaw's history", () => {
  it("announces a turn when a person wrote it to a contractor, under the conversation's one name", () => {
    const { tell, expected } = watched();
    tell({ target: { agentId: "dev", sessionKey: "main" }, message: { role: "user", content: "Hello" } });
    expect(expected).toEqual([{ agentId: "dev", openclawSessionKey: "agent:dev:main" }]);
  });

  it.each([
    ["an answer", { agentId: "dev", message: { role: "assistant" } }],
    ["no message", { agentId: "dev", message: undefined }],
    ["of another agent", { agentId: "main", message: { role: "user" } }],
  ])("that is %s announces none", (_, { agentId, message }) => {
    const { tell, expected } = watched();
    tell({ target: { agentId, sessionKey: "agent:dev:main" }, message });
    expect(expected).toEqual([]);
  });

  it("announces none when nobody looks out for turns any more", () => {
    const { tell, expected, stop } = watched();
    stop();
    tell({ target: { agentId: "dev", sessionKey: "agent:dev:main" }, message: { role: "user" } });
    expect(expected).toEqual([]);
  });
});
