import type { Column } from "./columns.ts";
import type { Turn } from "./model-clock.ts";

/** Somebody who can be asked. */
export type Backend = {
  readonly column: Column;
  /** One turn, to the end of its answer; the first one of a conversation begins it. */
  ask: (conversation: string) => Promise<Turn>;
  /** Every process that runs for its conversations. */
  pids: () => Promise<number[]>;
};

/** An ACP adapter with Claude Code inside, spoken to by this plugin's ACP client alone. */
export type BareBackend = Backend & {
  /** Has a conversation's session opened, without a turn. */
  open(conversation: string): Promise<void>;
  /** Ends every process; the next turn of a conversation resumes it. */
  rest(): Promise<void>;
  dispose(): Promise<void>;
};

/** An agent of the Gateway. */
export type HostedBackend = Backend & {
  readonly agentId: string;
  readonly workspace: string;
  /** Whether this plugin runs it. */
  readonly isOurs: boolean;
};
