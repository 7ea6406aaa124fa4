import { access, readdir, realpath } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";

const SESSION_ID_PATTERN = /^[A-Za-z0-9-]{1,128}$/;
/** A first message may carry images, and its line is read whole. */
const SEARCH_BYTES = 16 * 1024 * 1024;
/** Of lines that are said by somebody; the others are about the session. */
const MESSAGE_TYPES = new Set<unknown>(["user", "assistant", "system"]);

/** Where a transcript is likely to be: its last known path, or the folder that its session was begun in. */
export type TranscriptHint = { workspace?: string; path?: string };

/** The folder that Claude Code keeps settings and transcripts in, as it is for a process with this environment. */
export function claudeConfigFolder(environment: Record<string, string>): string {
  return environment["CLAUDE_CONFIG_DIR"] ?? join(environment["HOME"] ?? homedir(), ".claude");
}

/** The folder that holds one folder of transcripts for each folder that Claude Code has worked in. */
export function claudeProjectsFolder(environment: Record<string, string>): string {
  return join(claudeConfigFolder(environment), "projects");
}

/**
 * Where Claude Code writes the transcript of a session that was begun in `workspace`, a real path. A path of more than
 * 200 characters may be elsewhere: newer versions shorten it, and put a hash behind it.
 */
export function expectedTranscriptPath(
  session: { claudeSessionId: string; workspace: string },
  environment: Record<string, string>,
): string {
  // As Claude Code 2.1 does it: `path.replace(/[^a-zA-Z0-9]/g, "-")`.
  const project = session.workspace.normalize("NFC").replaceAll(/[^a-zA-Z0-9]/g, "-");
  return join(claudeProjectsFolder(environment), project, transcriptName(session.claudeSessionId));
}

/**
 * The transcript of a session, or null when Claude Code has none: `<projects>/<encoded folder>/<id>.jsonl`. Likely places
 * come first; after them every project folder is looked at, because the encoding is Claude Code's own affair.
 * Rejects when a folder cannot be read for another reason than its absence: that proves nothing.
 */
export async function findClaudeTranscript(
  sessionId: string,
  environment: Record<string, string>,
  hint: TranscriptHint = {},
): Promise<{ path: string } | null> {
  if (!SESSION_ID_PATTERN.test(sessionId)) return null;
  for await (const path of candidates(sessionId, environment, hint)) {
    if (await exists(path)) return { path };
  }
  return null;
}

async function* candidates(
  sessionId: string,
  environment: Record<string, string>,
  hint: TranscriptHint,
): AsyncGenerator<string> {
  const name = transcriptName(sessionId);
  if (hint.path !== undefined && basename(hint.path) === name) yield hint.path;
  if (hint.workspace !== undefined) {
    const workspace = await realpath(hint.workspace).catch(() => hint.workspace ?? "");
    yield expectedTranscriptPath({ claudeSessionId: sessionId, workspace }, environment);
  }
  const projects = claudeProjectsFolder(environment);
  for (const project of await foldersIn(projects)) yield join(projects, project, name);
}

/**
 * The folder that a transcript's session was begun in: the first `cwd` that its lines name. Null when none does, or not
 * within the first 16 MiB. Rejects when the file cannot be read.
 */
export function readTranscriptWorkspace(path: string): Promise<string | null> {
  return firstOfLines(path, ({ cwd }) => (typeof cwd === "string" && cwd !== "" ? cwd : null));
}

/**
 * Whether a message of the conversation is in the transcript. Claude Code creates the file with a line about its queue,
 * and writes what is said up to 0.1 s later: one that is killed before that leaves a file that it cannot resume from.
 * Rejects when the file cannot be read.
 */
export async function holdsConversation(path: string): Promise<boolean> {
  const first = await firstOfLines(path, ({ type }) => (MESSAGE_TYPES.has(type) ? true : null));
  return first !== null;
}

/** The first answer that `read` has for a line of the file, within its first 16 MiB. */
async function firstOfLines<Answer>(
  path: string,
  read: (line: Record<string, unknown>) => Answer | null,
): Promise<Answer | null> {
  const input = createReadStream(path, { encoding: "utf8", end: SEARCH_BYTES - 1 });
  try {
    // An error of the stream does not end the lines by itself.
    const failed = new Promise<never>((_, reject) => input.once("error", reject));
    return await Promise.race([failed, firstOf(createInterface({ input, crlfDelay: Infinity }), read)]);
  } finally {
    input.destroy();
  }
}

async function firstOf<Answer>(
  lines: AsyncIterable<string>,
  read: (line: Record<string, unknown>) => Answer | null,
): Promise<Answer | null> {
  for await (const line of lines) {
    const answer = read(parsed(line));
    if (answer !== null) return answer;
  }
  return null;
}

function parsed(line: string): Record<string, unknown> {
  try {
    return (JSON.parse(line) as Record<string, unknown> | null) ?? {};
  } catch {
    // A line that is cut off, or that somebody spoilt, says nothing; the next one may.
    return {};
  }
}

function transcriptName(sessionId: string): string {
  return `${sessionId}.jsonl`;
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
  return code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG";
}
