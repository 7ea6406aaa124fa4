import type { AdapterName } from "../../../src/config/schema.ts";
import type { Talk } from "./talk.ts";

/** Something that happens in a conversation, and has to come out the same whatever the endpoint speaks. */
export type EndpointCase = {
  title: string;
  play: (talk: Talk) => Promise<unknown>;
  /** What comes of it at each of the endpoints; `toMatchObject` takes it. */
  expected: (adapter: AdapterName) => unknown;
};

/** A case of one prompt. */
export function prompt(title: string, text: string, expected: Record<string, unknown>): EndpointCase {
  return {
    title,
    play: (talk) => talk.say(text),
    expected: () => ({ end: "end_turn", tools: [], ...expected }),
  };
}
