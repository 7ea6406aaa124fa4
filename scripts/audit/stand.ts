import { z } from "zod";

/** What stood around the conversation: all ports are on loopback. */
export const standSchema = z.object({
  /** The configured endpoint: the scripted model. */
  endpoint: z.number(),
  /** The page that the person had fetched. */
  page: z.number(),
  gateway: z.number(),
  /** Where the plugin listens for Claude Code: tool gate and tool server. */
  toolServers: z.array(z.number()),
  pageVisits: z.number(),
  /** What of the conversation did not go as it should. */
  problems: z.array(z.string()),
});

export type Stand = z.infer<typeof standSchema>;
