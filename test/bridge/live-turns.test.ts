import { describe, expect, it } from "vitest";
import { createLiveTurns } from "../../src/bridge/live-turns.ts";
import type { TurnEvent, TurnObserver } from "../../src/bridge/turn.ts";

const STARTED_AT = new Date("2026-01-02T03:04:05.000Z");
const TOOL_AT = "2026-01-02T03:04:06.000Z";

type Tool = Extract<TurnEvent, { type: "tool-start" }>["call"];

function tool(toolCallId: string, title: string): Tool {
  return { toolCallId, title, kind: "execute", startedAt: Date.parse(TOOL_AT) } as Tool;
}

function observing(onEvent: TurnObserver["onEvent"]): TurnObserver {
  return {
    onEvent,
    onSteerable: () => undefined,
    onBeforeToolCall: () => Promise.resolve({ allow: true }),
    onPermissionRequest: () => Promise.resolve("deny"),
    onQuestion: () => Promise.resolve({ action: "decline" }),
  };
}

describe("the turns that run", () => {
  it("are listed with the tools that run in them, until they are over", async () => {
    const turns = createLiveTurns();
    const heard: TurnEvent[] = [];
    const taking = Promise.withResolvers<TurnObserver>();
    const end = Promise.withResolvers<string>();
    const turn = turns.during(
      { conversation: "one", observer: observing((event) => void heard.push(event)), startedAt: STARTED_AT },
      (observer) => {
        taking.resolve(observer);
        return end.promise;
      },
    );
    const observer = await taking.promise;
    const events = [
      { type: "tool-start", call: tool("1", "npm test") },
      { type: "tool-start", call: tool("2", "Read README.md") },
      { type: "tool-progress", call: tool("1", "npm test -- --only unit") },
      { type: "tool-end", call: tool("2", "Read README.md") },
    ] as TurnEvent[];
    for (const event of events) observer.onEvent(event);
    expect(heard).toEqual(events);
    expect([...turns.list()]).toEqual([
      [
        "one",
        {
          startedAt: STARTED_AT.toISOString(),
          tools: [{ title: "npm test -- --only unit", kind: "execute", startedAt: TOOL_AT }],
        },
      ],
    ]);
    end.resolve("done");
    expect(await turn).toBe("done");
    expect(turns.list().size).toBe(0);
  });

  it("are over as well when they fail", async () => {
    const turns = createLiveTurns();
    const turn = { conversation: "one", observer: observing(() => undefined), startedAt: STARTED_AT };
    await expect(turns.during(turn, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(turns.list().size).toBe(0);
  });
});
