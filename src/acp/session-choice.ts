import { ContractorError } from "../errors/contractor-error.ts";

/** One setting of a session that has a list of values. */
export type SessionChoice = {
  /** Null: what the session was opened with. False when the agent does not offer the value; nothing has changed then. */
  choose(value: string | null): Promise<boolean>;
};

export function createSessionChoice(setting: {
  /** Undefined when the agent has no such setting. */
  current(): unknown;
  offered(): string[];
  /** The agent may know a value by names that it does not list. */
  resolvesOthers: boolean;
  set(value: string): Promise<void>;
}): SessionChoice {
  const opened = setting.current();
  /** The last value that was set, and what the agent made of it: a model's id may come back as its alias. */
  let chosen: { value: string; became: unknown } | undefined;

  async function choose(value: string): Promise<boolean> {
    if (setting.current() === value) return true;
    if (chosen?.value === value && chosen.became === setting.current()) return true;
    if (setting.current() === undefined) return false;
    if (!setting.offered().includes(value) && !setting.resolvesOthers) return false;
    try {
      await setting.set(value);
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
    chosen = { value, became: setting.current() };
    return true;
  }

  return {
    async choose(value) {
      if (value !== null) return choose(value);
      if (chosen === undefined || typeof opened !== "string") return true;
      const reset = await choose(opened);
      chosen = undefined;
      return reset;
    },
  };
}

/** The agent is well, and does not take the value. */
function isRefusal(error: unknown): boolean {
  return (
    ContractorError.isInstance(error) && (error.code === "agent-protocol" || error.code === "agent-failed")
  );
}
