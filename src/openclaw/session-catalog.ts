import { sessionCatalogPaging, type SessionCatalogProvider } from "openclaw/plugin-sdk/session-catalog";
import { ContractorError } from "../errors/contractor-error.ts";
import type { NativeSession } from "../overview/native-session.ts";
import { adoptIntoNewConversation } from "./adopt-into-conversation.ts";
import type { HostConversations } from "./host-conversations.ts";
import { GATEWAY_HOST, readNativePage } from "./native-session-page.ts";
import type { NativeSessions } from "./native-sessions.ts";

/** What the sidebar's list of Claude sessions is answered from. */
export type SessionCatalog = Required<Pick<SessionCatalogProvider, "list" | "read" | "continueSession">>;

type Host = Awaited<ReturnType<SessionCatalog["list"]>>[number];

export function createSessionCatalog(adoption: {
  natives: NativeSessions;
  conversations: HostConversations;
}): SessionCatalog {
  const { natives } = adoption;
  return {
    async list({ agentId = "", search = "", limitPerHost, hostIds, cursors, allowProcessHomeFallback }) {
      const isAsked = hostIds === undefined || hostIds.includes(GATEWAY_HOST);
      if (!isAsked) return [];
      const found = await natives.list({ agentId, ownFolder: allowProcessHomeFallback === false });
      const sessions = found.filter((session) => matches(session, search));
      if (sessions.length === 0) return [];
      return [
        {
          ...{ hostId: GATEWAY_HOST, label: "Gateway", kind: "gateway", connected: true },
          ...pageOf(sessions, { agentId, limit: limitPerHost, cursor: cursors?.[GATEWAY_HOST] }),
        },
      ];
    },
    read({ agentId = "", threadId: claudeSessionId, limit, cursor, allowProcessHomeFallback }) {
      const ownFolder = allowProcessHomeFallback === false;
      return readNativePage(natives, { agentId, ownFolder, claudeSessionId, limit, cursor });
    },
    async continueSession({ agentId = "", threadId, clientScopes = [], allowProcessHomeFallback }) {
      if (!clientScopes.includes("operator.admin")) throw onlyAdministrators();
      // What may not be listed may not be continued either.
      await natives.read({ agentId, ownFolder: allowProcessHomeFallback === false }, threadId);
      return { sessionKey: await adoptIntoNewConversation(adoption, { agentId, claudeSessionId: threadId }) };
    },
  };
}

function matches({ title, claudeSessionId }: NativeSession, search: string): boolean {
  return title.toLowerCase().includes(search.toLowerCase()) || claudeSessionId.startsWith(search);
}

function pageOf(
  sessions: NativeSession[],
  page: { agentId: string; limit: number | undefined; cursor: string | undefined },
): Pick<Host, "sessions" | "nextCursor"> {
  const begin = page.cursor === undefined ? 0 : sessionCatalogPaging.decodeCursor(page.cursor);
  const end = begin + sessionCatalogPaging.boundedLimit(page.limit);
  return {
    sessions: sessions.slice(begin, end).map((session) => rowOf(session, page.agentId)),
    ...(end < sessions.length ? { nextCursor: sessionCatalogPaging.encodeCursor(end) } : {}),
  };
}

/** What belongs to another agent's conversation can be read, and not continued. */
function rowOf(session: NativeSession, agentId: string): Host["sessions"][number] {
  const { claudeSessionId: threadId, title: name, workspace: cwd, lastActivityAt, usedBy } = session;
  const own = usedBy?.agentId === agentId ? usedBy : null;
  const at = Date.parse(lastActivityAt);
  return {
    ...{ threadId, name, cwd, status: "stored", updatedAt: at, recencyAt: at },
    ...{ archived: false, canContinue: usedBy === null || own !== null, canArchive: false },
    ...(own === null ? {} : { sessionKey: own.openclawSessionKey }),
  };
}

function onlyAdministrators(): ContractorError {
  return new ContractorError("usage", {
    message: "Only an administrator of the Gateway may give a Claude session to a conversation.",
    mend: "Ask an administrator.",
  });
}
