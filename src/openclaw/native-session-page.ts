import { sessionCatalogPaging, type SessionsCatalogReadResult } from "openclaw/plugin-sdk/session-catalog";
import type { ConversationMessage } from "../contractor/conversation/conversation-message.ts";
import { HOST_REDACTOR } from "./host-redactor.ts";
import type { NativeSearch, NativeSessions } from "./native-sessions.ts";

type TranscriptItem = SessionsCatalogReadResult["items"][number];

/** All contractors work on the Gateway's machine. */
export const GATEWAY_HOST = "gateway";

/** A page of what was said in a Claude session, the latest first, without secrets. Rejects as `NativeSessions.read`. */
export async function readNativePage(
  natives: Pick<NativeSessions, "read">,
  page: NativeSearch & {
    claudeSessionId: string;
    limit?: number | undefined;
    cursor?: string | undefined;
  },
): Promise<SessionsCatalogReadResult> {
  const { claudeSessionId, limit, cursor } = page;
  const items: TranscriptItem[] = [];
  for await (const message of await natives.read(page, claudeSessionId)) items.push(...itemsOf(message));
  return {
    ...{ hostId: GATEWAY_HOST, threadId: claudeSessionId },
    ...sessionCatalogPaging.boundTranscriptPage(
      items.map((item, index) => ({ ...item, id: String(index) })),
      sessionCatalogPaging.boundedLimit(limit),
      cursor === undefined ? 0 : sessionCatalogPaging.decodeCursor(cursor),
    ),
  };
}

const TYPES = { user: "userMessage", assistant: "agentMessage", system: "other" } as const;

function itemsOf({ role, content, at, model, reasoning, tools = [] }: ConversationMessage): TranscriptItem[] {
  const of = (type: TranscriptItem["type"], text: string): TranscriptItem[] =>
    text === ""
      ? []
      : [
          {
            ...{ type, text: HOST_REDACTOR.text(text) },
            ...(at === null ? {} : { timestamp: at }),
            ...(model === undefined ? {} : { model }),
          },
        ];
  return [
    ...of("reasoning", reasoning ?? ""),
    ...of(TYPES[role], content),
    ...tools.flatMap(({ name }) => of("toolCall", name)),
  ];
}
