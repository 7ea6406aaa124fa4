import { z } from "zod";
import type { Gateway } from "../../../scripts/world/gateway.ts";

const historySchema = z.looseObject({
  messages: z.array(
    z.looseObject({
      role: z.string(),
      content: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]),
    }),
  ),
});

/** A conversation as OpenClaw itself keeps it: "user: …" and "assistant: …" lines in order. */
export async function chatHistory(gateway: Gateway, sessionKey: string): Promise<string[]> {
  const { messages } = historySchema.parse(await gateway.call("chat.history", { sessionKey }));
  return messages.map(({ role, content }) => {
    const text = typeof content === "string" ? content : content.map((part) => part.text ?? "").join("");
    return `${role}: ${text}`;
  });
}
