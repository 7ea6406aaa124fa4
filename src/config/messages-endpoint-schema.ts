import { z } from "zod";

export const messagesEndpointSchema = z
  .strictObject({
    enabled: z.boolean().default(false).describe("Whether it answers at all."),
    maxConcurrentTurns: z
      .int()
      .min(1)
      .max(64)
      .default(4)
      .describe("Requests for a turn that may be under way at once; one more is refused with 429."),
    maxBodyMb: z.int().min(1).max(64).default(32).describe("Size of a request in MB."),
    maxImages: z.int().min(0).max(100).default(20).describe("Images that the new message may have."),
  })
  .describe("The Anthropic Messages API for contractors, on the Gateway's own port.");

export type MessagesEndpointConfig = z.infer<typeof messagesEndpointSchema>;
