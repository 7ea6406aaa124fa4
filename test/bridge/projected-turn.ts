import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import { createTurnProjection, type TurnProjection } from "../../src/bridge/turn-projection.ts";
import type { TurnEvent, TurnOutcome, TurnRecord } from "../../src/bridge/turn.ts";

export function text(
  words: string,
  more: { _meta?: Record<string, unknown>; messageId?: string } = {},
): SessionUpdate {
  return { sessionUpdate: "agent_message_chunk", content: { type: "text", text: words }, ...more };
}

export function message(messageId: string, words: string): SessionUpdate {
  return text(words, { messageId });
}

export function thought(words: string, messageId?: string): SessionUpdate {
  const content = { type: "text" as const, text: words };
  return { sessionUpdate: "agent_thought_chunk", content, ...(messageId === undefined ? {} : { messageId }) };
}

export type ToolFacts = Omit<Extract<SessionUpdate, { sessionUpdate: "tool_call_update" }>, "sessionUpdate">;

export function tool(facts: Partial<ToolFacts> = {}): SessionUpdate {
  return { sessionUpdate: "tool_call_update", toolCallId: "call-1", ...facts };
}

export function claude(facts: Record<string, unknown>): Pick<ToolFacts, "_meta"> {
  return { _meta: { claudeCode: facts } };
}

export function usage(used: number, size: number, amount?: number): SessionUpdate {
  const cost = amount === undefined ? {} : { cost: { amount, currency: "USD" } };
  return { sessionUpdate: "usage_update", used, size, ...cost };
}

export type Seen = { events: TurnEvent[]; record: TurnRecord };

/** Every update one second after the one before; without the events that only say that something goes on. */
export function project(...updates: SessionUpdate[]): Seen {
  return projectUntil("completed", ...updates);
}

export function projectUntil(kind: TurnOutcome["kind"], ...updates: SessionUpdate[]): Seen {
  const { events, projection, pass } = begin();
  for (const update of updates) {
    pass(1000);
    projection.apply(update);
  }
  projection.finish(kind);
  return { events: events.filter(({ type }) => type !== "progress"), record: projection.record };
}

export function begin(): { events: TurnEvent[]; projection: TurnProjection; pass: (ms: number) => void } {
  const events: TurnEvent[] = [];
  let clock = 0;
  const projection = createTurnProjection((event) => events.push(event), { now: () => clock });
  const pass = (ms: number): void => {
    clock += ms;
  };
  return { events, projection, pass };
}

export function deltasOf(events: TurnEvent[], type: "text" | "reasoning" = "text"): string {
  return events.flatMap((event) => (event.type === type ? [event.delta] : [])).join("");
}
