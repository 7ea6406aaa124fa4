import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expectedTranscriptPath } from "../claude-transcripts.ts";
import { readClaudeConversation } from "../conversation/claude-conversation.ts";

/** Claude Code names its sessions so; a subagent's own transcript is `agent-….jsonl`. */
const SESSION_FILE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.jsonl$/;
const LONGEST_TITLE = 80;
/** Files that are looked into; most of a folder with thousands is years old. */
const MOST_READ = 200;

/** A session of Claude Code, whoever began it. */
export type ClaudeSession = {
  claudeSessionId: string;
  /** The beginning of what was said first, in one line. */
  title: string;
  /** ISO timestamp of the transcript's latest change. */
  lastActivityAt: string;
  transcript: string;
};

/**
 * The Claude sessions that were begun in a workspace, a real path, and in which somebody has said something; the latest
 * ones first. Transcripts that cannot be read are left out. `environment`: where Claude Code's folders are looked for.
 */
export async function listClaudeSessions(
  workspace: string,
  environment: Record<string, string>,
): Promise<ClaudeSession[]> {
  const folder = dirname(expectedTranscriptPath({ claudeSessionId: "any", workspace }, environment));
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names.filter((name) => SESSION_FILE.test(name)).map((name) => changeOf(join(folder, name))),
  );
  const latest = files
    .filter((file) => file !== null)
    .sort((left, right) => right.changedAt - left.changedAt)
    .slice(0, MOST_READ);
  const sessions = await Promise.all(latest.map(sessionOf));
  return sessions.filter((session) => session !== null);
}

/** One of those that `listClaudeSessions` tells of, however long ago it was; null: it is none of the workspace's. */
export async function findClaudeSession(
  session: { claudeSessionId: string; workspace: string },
  environment: Record<string, string>,
): Promise<ClaudeSession | null> {
  // An id that is none could lead to another folder.
  if (!SESSION_FILE.test(`${session.claudeSessionId}.jsonl`)) return null;
  const file = await changeOf(expectedTranscriptPath(session, environment));
  return file === null ? null : sessionOf(file);
}

type ChangedFile = { path: string; changedAt: number };

async function changeOf(path: string): Promise<ChangedFile | null> {
  const file = await stat(path).catch(() => null);
  return file === null ? null : { path, changedAt: file.mtimeMs };
}

async function sessionOf({ path, changedAt }: ChangedFile): Promise<ClaudeSession | null> {
  const said = await firstWords(path).catch(() => "");
  if (said === "") return null;
  return {
    claudeSessionId: basename(path, ".jsonl"),
    title: titleFrom(said),
    lastActivityAt: new Date(changedAt).toISOString(),
    transcript: path,
  };
}

async function firstWords(transcript: string): Promise<string> {
  for await (const { role, content } of readClaudeConversation(transcript)) {
    if (role === "user" && content.trim() !== "") return content;
  }
  return "";
}

function titleFrom(text: string): string {
  const line = stripVTControlCharacters(text)
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return line.length <= LONGEST_TITLE ? line : `${line.slice(0, LONGEST_TITLE - 1).toWellFormed()}…`;
}
