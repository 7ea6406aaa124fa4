import { access, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

const SESSION_ID_PATTERN = /^[A-Za-z0-9-]{1,128}$/;

/**
 * Whether Claude Code still has the transcript of a session: `~/.claude/projects/<encoded folder>/<id>.jsonl`. Every
 * project folder is looked at, because the encoding of the folder's name is Claude Code's own affair.
 * Rejects when the folder cannot be read for another reason than its absence: that proves nothing.
 */
export async function claudeTranscriptExists(
  sessionId: string,
  environment: Record<string, string>,
): Promise<boolean> {
  if (!SESSION_ID_PATTERN.test(sessionId)) return false;
  const root = join(environment["HOME"] ?? homedir(), ".claude");
  const projects = join(root, "projects");
  for (const project of await foldersIn(projects)) {
    if (await exists(join(projects, project, `${sessionId}.jsonl`))) return true;
  }
  return false;
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}
