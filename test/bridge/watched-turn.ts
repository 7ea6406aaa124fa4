import { expect } from "vitest";
import type { TurnEvent, TurnOutcome } from "../../src/bridge/turn.ts";
import type { Step } from "../fixtures/scripted-acp-agent/act-behaviour.ts";
import type { BridgeWorld, TurnOptions } from "./bridge-world.ts";

export type Completed = TurnOutcome & { kind: "completed" };

/** A turn that must be completed, with everything that was shown while it ran. */
export async function watched(
  world: BridgeWorld,
  text: string,
  options: TurnOptions = {},
): Promise<{ outcome: Completed; events: TurnEvent[] }> {
  const events: TurnEvent[] = [];
  const onEvent = (event: TurnEvent): number => events.push(event);
  const outcome = await world.turn(text, { ...options, observer: { ...options.observer, onEvent } });
  if (outcome.kind === "failed") throw outcome.error;
  if (outcome.kind === "cancelled") throw new Error("The turn was cancelled.");
  return { outcome, events };
}

/** The prompt that makes the scripted agent do exactly that. */
export function acting(...steps: Step[]): string {
  return `act ${Buffer.from(JSON.stringify(steps)).toString("base64")}`;
}

/** What the person read while the turn ran. */
export function streamedText(events: TurnEvent[]): string {
  return events.reduce((text, event) => {
    if (event.type !== "text") return text;
    expect(event.text).toBe(text + event.delta);
    return event.text;
  }, "");
}
