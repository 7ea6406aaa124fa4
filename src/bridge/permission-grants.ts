import type { PermissionRequest } from "../acp/acp-adapter.ts";

/** Whose "always" it is: it holds for one Claude session of one conversation. */
export type GrantOwner = { conversation: string; claudeSessionId: string };

/** The permissions that a person gave for good. */
export type PermissionGrants = {
  /** True when a person has said "always" to calls of this kind. */
  covers(owner: GrantOwner, request: PermissionRequest): boolean;
  /** Keeps an "always"; what can only ever be allowed once is not kept. */
  remember(owner: GrantOwner, request: PermissionRequest): void;
  forget(conversation: string): void;
};

const CONVERSATIONS_KEPT = 1_000;
const KINDS_KEPT = 100;
const SHELLS = new Set(["bash", "powershell", "shell", "killshell", "bashoutput", "monitor"]);

/** In memory only: a restart of the Gateway asks again. */
export function createPermissionGrants(): PermissionGrants {
  /** Oldest first. */
  const grants = new Map<string, { claudeSessionId: string; kinds: Set<string> }>();

  return {
    covers({ conversation, claudeSessionId }, request) {
      const granted = grants.get(conversation);
      const kind = grantedKindOf(request);
      return kind !== null && granted?.claudeSessionId === claudeSessionId && granted.kinds.has(kind);
    },
    remember({ conversation, claudeSessionId }, request) {
      const kind = grantedKindOf(request);
      if (kind === null) return;
      const earlier = grants.get(conversation);
      const kinds = earlier?.claudeSessionId === claudeSessionId ? earlier.kinds : new Set<string>();
      if (kinds.size < KINDS_KEPT) kinds.add(kind);
      grants.delete(conversation);
      grants.set(conversation, { claudeSessionId, kinds });
      const oldest = grants.size > CONVERSATIONS_KEPT ? grants.keys().next().value : undefined;
      if (oldest !== undefined) grants.delete(oldest);
    },
    forget(conversation) {
      grants.delete(conversation);
    },
  };
}

/** Whether "always" may be offered for a request at all. */
export function mayBeGrantedForGood(request: PermissionRequest): boolean {
  return grantedKindOf(request) !== null;
}

/** What an "always" for this request stands for; null when each call has to be judged by itself. */
function grantedKindOf(request: PermissionRequest): string | null {
  const kind = request.kind.toLowerCase();
  const toolName = request.toolName.toLowerCase();
  // A plan that is left is left once, and with it the mode of the session changes.
  if (kind === "execute" || kind === "switch_mode" || toolName === "exitplanmode") return null;
  if (SHELLS.has(toolName) || hasCommand(request.rawInput)) return null;
  if (kind !== "other") return `kind ${kind}`;
  // Without a name of its own, "other" would be every tool that nobody knows.
  return toolName === "" || toolName === "other" ? null : `tool ${request.toolName}`;
}

function hasCommand(input: unknown): boolean {
  return typeof input === "object" && input !== null && "command" in input;
}
