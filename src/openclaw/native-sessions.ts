import { claudeFolderEnvironment } from "../contractor/claude-environment.ts";
import { ownValue } from "../config/own-value.ts";
import type { ContractorConfig, PluginConfig } from "../config/schema.ts";
import { adoptClaudeSession, type Adopted } from "../contractor/adoption/adopt-claude-session.ts";
import {
  findClaudeSession,
  listClaudeSessions,
  type ClaudeSession,
} from "../contractor/adoption/claude-sessions.ts";
import { readClaudeConversation } from "../contractor/conversation/claude-conversation.ts";
import type { ConversationMessage } from "../contractor/conversation/conversation-message.ts";
import { contractorNamed } from "../contractor/metadata-resolver.ts";
import type { ConversationKey, SessionMapStore } from "../contractor/session-map/session-map-store.ts";
import { resolveWorkspace } from "../contractor/workspace.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { NativeSession } from "../overview/native-session.ts";

export type NativeSessionSources = {
  readConfig: () => PluginConfig;
  openStore: (workspace: string) => SessionMapStore;
  /** The environment that a contractor's Claude Code is started with. */
  ambient: NodeJS.ProcessEnv;
  now: () => Date;
};

/** Where sessions are looked for. `ownFolder`: nothing in the home of the Gateway's user may be. */
export type NativeSearch = { agentId: string; ownFolder?: boolean };

/** Claude Code's own sessions in the contractors' workspaces, whoever began them. */
export type NativeSessions = {
  /** Latest first; none for an agent that is no contractor. */
  list(search: NativeSearch): Promise<NativeSession[]>;
  /** Rejects with `claude-session-unknown`. */
  read(search: NativeSearch, claudeSessionId: string): Promise<AsyncIterable<ConversationMessage>>;
  /** Rejects with `contractor-unknown`, and as `adoptClaudeSession`. */
  adopt(key: ConversationKey, claudeSessionId: string): Promise<Adopted>;
};

export function createNativeSessions(sources: NativeSessionSources): NativeSessions {
  const { readConfig, openStore, ambient, now } = sources;

  function claudeEnvironmentOf(
    contractor: Pick<ContractorConfig, "claudeConfigDir">,
  ): Record<string, string> {
    return claudeFolderEnvironment(ambient, contractor);
  }

  /** Null: no session of the agent may be looked for. */
  async function placeOf({ agentId, ownFolder = false }: NativeSearch): Promise<Place | null> {
    const contractor = ownValue(readConfig().contractors, agentId);
    if (contractor === undefined || (ownFolder && contractor.claudeConfigDir === undefined)) return null;
    const workspace = await resolveWorkspace(contractor.workspace);
    return { workspace, environment: claudeEnvironmentOf(contractor) };
  }

  return {
    async list(search) {
      const place = await placeOf(search);
      if (place === null) return [];
      const { workspace, environment } = place;
      const sessions = await listClaudeSessions(workspace, environment);
      if (sessions.length === 0) return [];
      const entries = await openStore(workspace).list();
      const users = new Map(
        entries
          .filter(({ state }) => state === "active")
          .map(({ claudeSessionId, agentId, openclawSessionKey }) => [
            claudeSessionId,
            { agentId, openclawSessionKey },
          ]),
      );
      return sessions.map((session) =>
        seen(session, { workspace, usedBy: users.get(session.claudeSessionId) }),
      );
    },
    async read(search, claudeSessionId) {
      const place = await placeOf(search);
      const session =
        place &&
        (await findClaudeSession({ claudeSessionId, workspace: place.workspace }, place.environment));
      if (session === null) throw notThere(claudeSessionId);
      return readClaudeConversation(session.transcript);
    },
    adopt: (key, claudeSessionId) =>
      adoptClaudeSession(
        { openStore, claudeEnvironmentOf, now },
        { key, claudeSessionId, contractor: contractorNamed(readConfig(), key.agentId) },
      ),
  };
}

/** Where an agent's sessions are: a real path, and what tells where Claude Code's folders are. */
type Place = { workspace: string; environment: Record<string, string> };

function seen(
  { claudeSessionId, title, lastActivityAt }: ClaudeSession,
  { workspace, usedBy }: { workspace: string; usedBy: ConversationKey | undefined },
): NativeSession {
  return { claudeSessionId, title, lastActivityAt, workspace, usedBy: usedBy ?? null };
}

function notThere(claudeSessionId: string): ContractorError {
  return new ContractorError("claude-session-unknown", {
    message: `Claude Code has no session "${claudeSessionId}" of the contractor's workspace.`,
    mend: "Look at the list again: its transcript may have been deleted.",
  });
}
