import type { TurnEvent, TurnObserver } from "./turn.ts";

/** A tool that runs. Its title is short and clean, and may name files and commands. */
export type LiveTool = { title: string; kind: string; startedAt: string };

/** A turn that runs; times are ISO timestamps. */
export type LiveTurn = { startedAt: string; tools: LiveTool[] };

/** The turns that run in this process, for whoever looks after the contractors. */
export type LiveTurns = {
  /** Hears what the turn tells its observer, until `take` has settled. */
  during<Value>(
    turn: { conversation: string; observer: TurnObserver; startedAt: Date },
    take: (observer: TurnObserver) => Promise<Value>,
  ): Promise<Value>;
  /** By conversation. */
  list(): Map<string, LiveTurn>;
};

type Running = { startedAt: Date; tools: Map<string, LiveTool> };

export function createLiveTurns(): LiveTurns {
  const running = new Map<string, Running>();
  return {
    async during({ conversation, observer, startedAt }, take) {
      const turn: Running = { startedAt, tools: new Map() };
      running.set(conversation, turn);
      try {
        return await take({
          ...observer,
          onEvent(event) {
            noteTool(turn.tools, event);
            observer.onEvent(event);
          },
        });
      } finally {
        if (running.get(conversation) === turn) running.delete(conversation);
      }
    },
    list: () => new Map([...running].map(([conversation, turn]) => [conversation, seenFrom(turn)])),
  };
}

function noteTool(tools: Map<string, LiveTool>, event: TurnEvent): void {
  if (event.type === "tool-end") tools.delete(event.call.toolCallId);
  if (event.type !== "tool-start" && event.type !== "tool-progress") return;
  const { toolCallId, title, kind, startedAt } = event.call;
  tools.set(toolCallId, { title, kind, startedAt: new Date(startedAt).toISOString() });
}

function seenFrom({ startedAt, tools }: Running): LiveTurn {
  return { startedAt: startedAt.toISOString(), tools: [...tools.values()] };
}
