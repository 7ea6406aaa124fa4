import { realpath } from "node:fs/promises";
import type { ContractorConfig } from "../../config/schema.ts";
import {
  claudeProjectsFolder,
  expectedTranscriptPath,
  findClaudeTranscript,
  readTranscriptWorkspace,
} from "../claude-transcripts.ts";
import type { SessionMapEntry } from "../session-map/session-map-entry.ts";
import type { ConversationKey, SessionMapStore } from "../session-map/session-map-store.ts";
import { resolveWorkspace } from "../workspace.ts";
import {
  changedMeanwhile,
  elsewhere,
  emptyKey,
  inUse,
  notPersistent,
  unknownSession,
  unreadableTranscript,
} from "./adoption-errors.ts";

/** What an adoption is made with. */
export type AdoptionSources = {
  openStore(workspace: string): SessionMapStore;
  /** What a contractor's Claude Code sees of its user's environment. */
  claudeEnvironmentOf(contractor: Pick<ContractorConfig, "claudeConfigDir">): Record<string, string>;
  now(): Date;
};

/** Which Claude session is to be which conversation's. */
export type AdoptionRequest = { key: ConversationKey; claudeSessionId: string; contractor: ContractorConfig };

export type Adopted = {
  key: ConversationKey;
  claudeSessionId: string;
  transcript: string;
  /** The conversation's session until now: null when there was none, the adopted one when nothing had to be changed. */
  replaced: string | null;
};

/** Everything about an adoption that has been checked. `workspace` is a real path. */
type Adoption = { key: ConversationKey; claudeSessionId: string; workspace: string; transcript: string };

/**
 * Binds a Claude session that exists to a conversation: it goes on with the next message. Rejects with
 * `claude-session-unknown`, `claude-session-elsewhere`, `claude-session-in-use`, `session-busy`, `usage`, and as the store
 * does.
 */
export async function adoptClaudeSession(
  sources: AdoptionSources,
  request: AdoptionRequest,
): Promise<Adopted> {
  const adoption = await check(sources, request);
  const store = sources.openStore(adoption.workspace);
  const replaced = await install(store, { adoption, at: sources.now() });
  const { key, claudeSessionId, transcript } = adoption;
  return { key, claudeSessionId, transcript, replaced };
}

async function check(
  sources: AdoptionSources,
  { key, claudeSessionId, contractor }: AdoptionRequest,
): Promise<Adoption> {
  if (contractor.mode !== "persistent") throw notPersistent(key.agentId);
  if (key.openclawSessionKey === "") throw emptyKey();
  const workspace = await resolveWorkspace(contractor.workspace);
  const environment = sources.claudeEnvironmentOf(contractor);
  const transcript = await transcriptOf({ claudeSessionId, workspace }, environment);
  return { key, claudeSessionId, workspace, transcript };
}

/** The transcript of a session that was begun in the workspace: Claude Code resumes it nowhere else. */
async function transcriptOf(
  session: Pick<Adoption, "claudeSessionId" | "workspace">,
  environment: Record<string, string>,
): Promise<string> {
  const { claudeSessionId, workspace } = session;
  const unreadable = (cause: unknown): never => {
    throw unreadableTranscript(claudeSessionId, cause);
  };
  const found = await findClaudeTranscript(claudeSessionId, environment, { workspace }).catch(unreadable);
  if (found === null) throw unknownSession(claudeSessionId, claudeProjectsFolder(environment));
  const named = await readTranscriptWorkspace(found.path).catch(unreadable);
  // Without a word inside, its place tells where it belongs.
  const ofWorkspace = found.path === expectedTranscriptPath(session, environment);
  if (named === null && ofWorkspace) return found.path;
  const begunIn = named === null ? null : await realpath(named).catch(() => named);
  if (begunIn === workspace) return found.path;
  throw elsewhere({ claudeSessionId, workspace, begunIn, transcript: found.path });
}

/**
 * Resolves to the Claude session that was the conversation's until now: null when there was none, the adopted one itself
 * when nothing had to be changed.
 */
async function install(
  store: SessionMapStore,
  { adoption, at }: { adoption: Adoption; at: Date },
): Promise<string | null> {
  const { key, claudeSessionId } = adoption;
  // A turn may end in between and change what is active; a second look settles that.
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    await requireUnused(store, adoption);
    const current = (await store.get(key))?.claudeSessionId ?? null;
    if (current === claudeSessionId) return current;
    const condition = { expected: current, endedBy: "adopted" } as const;
    if (await store.install(entryOf(adoption, at), condition)) return current;
  }
  throw changedMeanwhile(key);
}

async function requireUnused(store: SessionMapStore, { key, claudeSessionId }: Adoption): Promise<void> {
  const other = (await store.list()).find(
    (entry) => entry.state === "active" && entry.claudeSessionId === claudeSessionId && !isOf(entry, key),
  );
  if (other !== undefined) throw inUse(other);
}

function isOf(entry: SessionMapEntry, key: ConversationKey): boolean {
  return entry.agentId === key.agentId && entry.openclawSessionKey === key.openclawSessionKey;
}

function entryOf({ key, claudeSessionId, workspace, transcript }: Adoption, at: Date): SessionMapEntry {
  const now = at.toISOString();
  return {
    ...key,
    contractor: "claude",
    claudeSessionId,
    workspace,
    createdAt: now,
    lastActivityAt: now,
    state: "active",
    transcript,
    // What was said here before, the adopted session has never heard of.
    historyFrom: now,
    turns: 0,
  };
}
