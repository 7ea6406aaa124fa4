import { createHash, randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import { FaultError } from "./fault-error.ts";

/** OpenClaw's own key of a conversation of the agent; every answer has it, too. */
export const SESSION_KEY_HEADER = "x-openclaw-session-key";
/** A name of the client's own for a conversation. */
const NAME_HEADER = "x-contractor-conversation";

const PLAIN_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const SESSION_KEY = /^agent:([^:]+):([^:]+)/;
const PRINTABLE = /^[!-~]{1,256}$/;
/** Parts of OpenClaw's that are nobody's to write to. */
const RESERVED = ["subagent", "cron", "acp", "harness"];

const metadataSchema = z.looseObject({ user_id: z.string().min(1).max(512) });

/**
 * Which conversation a request belongs to: the one that a header names, else the one of `metadata.user_id`, else a new one.
 * Throws `FaultError`.
 */
export function chooseConversation(
  agentId: string,
  { headers, metadata }: { headers: IncomingHttpHeaders; metadata: unknown },
): string {
  const sessionKey = headerValue(headers, SESSION_KEY_HEADER);
  if (sessionKey !== undefined) return ownSessionKey(agentId, sessionKey);
  const name = headerValue(headers, NAME_HEADER) ?? metadataSchema.safeParse(metadata).data?.user_id;
  return `agent:${agentId}:messages:${name === undefined ? randomUUID() : plainName(name)}`;
}

function headerValue(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  const text = (Array.isArray(value) ? value[0] : value)?.trim();
  return text === "" ? undefined : text;
}

function ownSessionKey(agentId: string, sessionKey: string): string {
  const [, owner, part = ""] = SESSION_KEY.exec(sessionKey) ?? [];
  const isOwn = owner === agentId && !RESERVED.includes(part.toLowerCase());
  if (isOwn && PRINTABLE.test(sessionKey)) return sessionKey;
  throw new FaultError(
    400,
    `${SESSION_KEY_HEADER}: must be the key of a conversation of this contractor, such as agent:${agentId}:main.`,
  );
}

/** OpenClaw's keys know no upper case and have few signs, and two names must never be one conversation. */
function plainName(name: string): string {
  return PLAIN_NAME.test(name)
    ? name
    : `sha256-${createHash("sha256").update(name).digest("hex").slice(0, 40)}`;
}
