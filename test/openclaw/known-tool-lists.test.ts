import { describe, expect, it } from "vitest";
import { createKnownToolLists, type KnownToolList } from "../../src/openclaw/known-tool-lists.ts";
import type { ToolSurfaceOptions } from "../../src/openclaw/tool-surface.ts";

const CONFIG = {};
const CHOICE = { selection: ["messaging"], toolsAllow: undefined, onlyLooks: false };
const TURN: ToolSurfaceOptions = {
  config: CONFIG,
  agentId: "dev",
  sessionKey: "agent:dev:main",
  sessionId: "session-1",
  runId: "run-1",
  senderId: "42",
  senderIsOwner: true,
};

function remembered(
  change: Partial<NonNullable<ToolSurfaceOptions>>,
  choice: Partial<typeof CHOICE> = {},
): KnownToolList | undefined {
  const lists = createKnownToolLists();
  const before = lists.of(TURN, CHOICE);
  if (before !== undefined) before.list = [];
  return lists.of({ ...TURN, ...change }, { ...CHOICE, ...choice });
}

describe("the tool list of a turn before", () => {
  it.each([
    { runId: "run-2" },
    { currentMessageId: "m-2" },
    { currentThreadTs: "17.2" },
    { messageActionTurnCapability: "turn-2" },
    { currentInboundAudio: true },
  ])("is that of the next turn, whatever is its own: %o", (change) => {
    expect(remembered(change)?.list).toEqual([]);
  });

  it.each([
    { config: {} },
    { agentId: "zed" },
    { sessionId: "session-2" },
    { senderId: "43" },
    { senderIsOwner: false },
    { groupId: "g" },
    { trigger: "cron" as const },
    { runtimeToolAllowlist: ["message"] },
  ])("is not that of a turn for which the host may decide otherwise: %o", (change) => {
    expect(remembered(change)).toEqual({ list: undefined });
  });

  it.each([{ selection: [] }, { onlyLooks: true }])("is not that of another choice: %o", (choice) => {
    expect(remembered({}, choice)).toEqual({ list: undefined });
  });

  it("is not looked for where nobody knows what the turn is made from", () => {
    expect(remembered({ toolBindings: { anything: () => undefined } })).toBeUndefined();
    expect(remembered({ config: undefined })).toBeUndefined();
  });

  it("is kept for the 64 that were used last", () => {
    const lists = createKnownToolLists();
    const of = (sessionId: string): KnownToolList | undefined => lists.of({ ...TURN, sessionId }, CHOICE);
    const first = of("0");
    const second = of("1");
    for (let count = 2; count < 64; count += 1) of(String(count));
    expect(of("0")).toBe(first);
    of("64");
    expect(of("0")).toBe(first);
    expect(of("1")).not.toBe(second);
  });
});
