import { z } from "zod";
import type { Gateway } from "../../../scripts/world/gateway.ts";

const historySchema = z.looseObject({
  messages: z.array(
    z.looseObject({
      role: z.string(),
      content: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]),
      __openclaw: z.looseObject({ id: z.string().optional() }).optional(),
    }),
  ),
});

/** One message of a conversation; `id` is what a rewind or a fork names. */
type ChatEntry = { id: string | undefined; role: string; text: string };

/** A conversation as OpenClaw itself keeps it, in order. */
export async function chatEntries(gateway: Gateway, sessionKey: string): Promise<ChatEntry[]> {
  const { messages } = historySchema.parse(await gateway.call("chat.history", { sessionKey }));
  return messages.map(({ role, content, __openclaw }) => ({
    id: __openclaw?.id,
    role,
    text: typeof content === "string" ? content : content.map((part) => part.text ?? "").join(""),
  }));
}

/** The same as "user: …" and "assistant: …" lines. */
export async function chatHistory(gateway: Gateway, sessionKey: string): Promise<string[]> {
  return (await chatEntries(gateway, sessionKey)).map(({ role, text }) => `${role}: ${text}`);
}
