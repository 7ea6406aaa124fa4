import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { errnoOf } from "./session-map/session-map-file.ts";

/** What Claude Code 2.1 writes when a person logs in; other logins (of MCP servers) stand beside it. */
const credentialsSchema = z.looseObject({
  claudeAiOauth: z
    .looseObject({
      accessToken: z.string().min(1),
      refreshToken: z.string().nullish(),
      /** Milliseconds since 1970. */
      expiresAt: z.number().nullish(),
    })
    .optional(),
});

/** The login that Claude Code keeps in a file. No token ever leaves this module. */
export type ClaudeLogin =
  | { state: "missing" | "unreadable" }
  /** `renewable`: Claude Code gets a new one by itself when it has ended. */
  | { state: "there"; expiresAt: Date | undefined; renewable: boolean };

/** `folder`: Claude Code's own, `~/.claude` mostly. */
export async function readClaudeLogin(folder: string): Promise<ClaudeLogin> {
  try {
    const text = await readFile(join(folder, ".credentials.json"), "utf8");
    const { claudeAiOauth } = credentialsSchema.parse(JSON.parse(text));
    if (claudeAiOauth === undefined) return { state: "missing" };
    const { expiresAt, refreshToken } = claudeAiOauth;
    return {
      ...{ state: "there", renewable: Boolean(refreshToken) },
      expiresAt: typeof expiresAt === "number" ? new Date(expiresAt) : undefined,
    };
  } catch (cause) {
    return { state: errnoOf(cause) === "ENOENT" ? "missing" : "unreadable" };
  }
}
