import type { CreateElicitationRequest } from "@agentclientprotocol/sdk/unstable";
import { z } from "zod";
import type { QuestionRequest } from "./acp-adapter.ts";

/** `toolCallId` belongs to questions of a session; the others come from MCP servers at large. */
const form = z.object({
  mode: z.literal("form"),
  message: z.string(),
  toolCallId: z.string().nullish(),
  requestedSchema: z.unknown(),
});

/** Null for what is no form, which nobody here can fill in. */
export function questionOf(request: CreateElicitationRequest): QuestionRequest | null {
  const parsed = form.safeParse(request);
  if (!parsed.success) return null;
  const { message, toolCallId, requestedSchema } = parsed.data;
  return { message, toolCallId: toolCallId ?? undefined, schema: requestedSchema };
}
