import type { ControlUiHost } from "openclaw/plugin-sdk/control-ui";
import {
  ADOPT_SESSION_METHOD,
  CLAUDE_SESSIONS_METHOD,
  OVERVIEW_METHOD,
  RESET_SESSION_METHOD,
  STOP_TURN_METHOD,
} from "../config/gateway-method-names.ts";
import type { NativeSession } from "../overview/native-session.ts";
import type { Overview } from "../overview/overview.ts";
import type { WaitingApproval } from "./desk.ts";

type Conversation = { agentId: string; sessionKey: string };
export type ApprovalDecision = "allow-once" | "deny";

/** What the page asks of the Gateway, as the person who looks at it. Each rejects with the Gateway's words. */
export type DeskRequests = {
  overview(query: { ended: boolean }): Promise<Overview>;
  /** Those of these agents; none for a person who may not approve. */
  approvals(agentIds: readonly string[]): Promise<WaitingApproval[]>;
  decide(approvalId: string, decision: ApprovalDecision): Promise<void>;
  reset(conversation: Conversation): Promise<void>;
  stop(conversation: Conversation): Promise<void>;
  claudeSessions(agentId: string): Promise<NativeSession[]>;
  /** Resolves to the session key of the conversation that goes on with it. */
  adopt(session: { agentId: string; claudeSessionId: string }): Promise<string>;
};

/** As OpenClaw lists an approval that a plugin has asked for. */
type ListedApproval = {
  id: string;
  expiresAtMs: number;
  request: {
    agentId?: string | null;
    sessionKey?: string | null;
    title?: string;
    description?: string;
    detail?: string | null;
  };
};

export function createDeskRequests({ request }: Pick<ControlUiHost, "request">): DeskRequests {
  return {
    overview: ({ ended }) => request<Overview>(OVERVIEW_METHOD, ended ? { ended } : {}),
    async approvals(agentIds) {
      const listed = await request<ListedApproval[]>("plugin.approval.list").catch(noneWithoutScope);
      return listed.flatMap((approval) => waitingFor(approval, agentIds));
    },
    async decide(id, decision) {
      await request("approval.resolve", { id, kind: "plugin", decision });
    },
    async reset(conversation) {
      await request(RESET_SESSION_METHOD, conversation);
    },
    async stop(conversation) {
      await request(STOP_TURN_METHOD, conversation);
    },
    async claudeSessions(agentId) {
      return (await request<{ sessions: NativeSession[] }>(CLAUDE_SESSIONS_METHOD, { agentId })).sessions;
    },
    async adopt(session) {
      return (await request<{ sessionKey: string }>(ADOPT_SESSION_METHOD, session)).sessionKey;
    },
  };
}

/** The Gateway's words for a person who may not see approvals. */
const WITHOUT_SCOPE = /\bmissing scope\b/;

function noneWithoutScope(cause: unknown): [] {
  if (cause instanceof Error && WITHOUT_SCOPE.test(cause.message)) return [];
  throw cause;
}

function waitingFor(
  { id, expiresAtMs, request }: ListedApproval,
  agentIds: readonly string[],
): WaitingApproval[] {
  const { agentId, sessionKey = null, title = id, description = "", detail } = request;
  if (agentId == null || !agentIds.includes(agentId)) return [];
  return [{ id, agentId, sessionKey, title, detail: detail ?? description, expiresAtMs }];
}
