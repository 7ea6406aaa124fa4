import { setTimeout as delay } from "node:timers/promises";
import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";

/** Agents tell their commands right after they have opened a session. */
const TELLING_MS = 2_000;

/** The agent's own slash commands, as far as it has told them. */
export type CommandList = {
  readonly names: readonly string[];
  /** The text that is sent for a message; a promise where that depends on a list that has not come yet. */
  textFor(message: string): string | Promise<string>;
  onUpdate: (update: SessionUpdate) => void;
};

/**
 * `losesUnknown`: the agent answers a command that it does not know with nothing at all. In such a message a space goes
 * in front of the slash, and the model reads it, as it does with other agents.
 */
export function createCommandList({ losesUnknown }: { losesUnknown: boolean }): CommandList {
  let names: readonly string[] = [];
  const told = Promise.withResolvers<undefined>();
  return {
    get names() {
      return names;
    },
    textFor(message) {
      const name = /^\/(\S+)/.exec(message)?.[1];
      if (!losesUnknown || name === undefined) return message;
      const text = (): string => (names.length === 0 || names.includes(name) ? message : ` ${message}`);
      if (names.length > 0) return text();
      return Promise.race([told.promise, delay(TELLING_MS, undefined, { ref: false })]).then(text);
    },
    onUpdate(update) {
      if (update.sessionUpdate !== "available_commands_update") return;
      names = update.availableCommands.map(({ name }) => name);
      told.resolve(undefined);
    },
  };
}
