import type { Overview } from "../overview/overview.ts";

/** A tool call that waits for a person's yes or no, as OpenClaw keeps it. */
export type WaitingApproval = {
  id: string;
  agentId: string;
  sessionKey: string | null;
  title: string;
  detail: string;
  /** Epoch milliseconds after which it counts as denied. */
  expiresAtMs: number;
};

/** What the person at this page may do. */
export type Rights = { write: boolean; admin: boolean };

/** Everything that the page shows. */
export type Desk = {
  /** Null until it was told the first time. */
  overview: Overview | null;
  approvals: WaitingApproval[];
  /** Why it could not be told the last time. */
  problem: string | null;
  /** What the person's last action came to. */
  notice: { kind: "done" | "failed"; text: string } | null;
  /** Actions that are under way, by `actionKey`. */
  underWay: ReadonlySet<string>;
  withEnded: boolean;
  connected: boolean;
  rights: Rights;
  /** What OpenClaw calls a conversation; undefined when it has no name for it. */
  nameOf: (conversation: { agentId: string; sessionKey: string }) => string | undefined;
};

/** What can be done on the page. */
export const ACTIONS = ["refresh", "ended", "open", "reset", "stop", "adopt", "allow", "deny"] as const;
export type ActionName = (typeof ACTIONS)[number];

/** What an action is about; each part only where the action wants it. */
export type ActionTarget = { agentId?: string; sessionKey?: string; approvalId?: string };
export type Action = ActionTarget & { name: ActionName };

export function actionKey({ name, agentId = "", sessionKey = "", approvalId = "" }: Action): string {
  return [name, agentId, sessionKey, approvalId].join("\n");
}
