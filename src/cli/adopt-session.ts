import { realpath } from "node:fs/promises";
import {
  claudeProjectsFolder,
  expectedTranscriptPath,
  findClaudeTranscript,
  readTranscriptWorkspace,
} from "../contractor/claude-transcripts.ts";
import type { SessionMapEntry } from "../contractor/session-map/session-map-entry.ts";
import type { ConversationKey, SessionMapStore } from "../contractor/session-map/session-map-store.ts";
import { resolveWorkspace } from "../contractor/workspace.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import {
  changedMeanwhile,
  elsewhere,
  emptyKey,
  inUse,
  notPersistent,
  unknownSession,
  unreadableTranscript,
} from "./adoption-errors.ts";
import type { CommandResult } from "./contractor-command.ts";
import { requireContractor } from "./require-contractor.ts";
import { printable } from "./table.ts";

export type AdoptOptions = { agentId: string; sessionKey: string; claudeSessionId: string };

/** Everything about an adoption that has been checked. */
type Adoption = {
  key: ConversationKey;
  claudeSessionId: string;
  /** Real path. */
  workspace: string;
  transcript: string;
};

/** Binds a Claude session that exists to a conversation. A running Gateway goes by the map, so it need not be told. */
export async function adoptSession(context: HostCliContext, options: AdoptOptions): Promise<CommandResult> {
  const adoption = await check(context, options);
  const store = context.openStore(adoption.workspace);
  const replaced = await install(store, { adoption, at: context.now() });
  const { key, claudeSessionId, transcript } = adoption;
  const changed = replaced !== claudeSessionId;
  const previousClaudeSessionId = changed ? replaced : null;
  const data = { ...key, claudeSessionId, previousClaudeSessionId, transcript, changed };
  return { data, text: describe(adoption, replaced) };
}

async function check(context: HostCliContext, options: AdoptOptions): Promise<Adoption> {
  const { agentId, claudeSessionId } = options;
  const contractor = requireContractor(context, agentId);
  if (contractor.mode !== "persistent") throw notPersistent(agentId);
  const key = await context.conversationKeyOf(options);
  if (key.openclawSessionKey === "") throw emptyKey();
  const workspace = await resolveWorkspace(contractor.workspace);
  const environment = context.claudeEnvironmentOf(contractor);
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

function describe({ key, claudeSessionId }: Adoption, replaced: string | null): string {
  const conversation = `The conversation ${key.openclawSessionKey}`;
  if (replaced === claudeSessionId) {
    return printable(
      `${conversation} continues the Claude session ${claudeSessionId} already; nothing was changed.`,
    );
  }
  const before =
    replaced === null
      ? "It had no active session before."
      : `Until now it was the session ${replaced}; that one is closed, and can be adopted again.`;
  return [
    `${conversation} continues the Claude session ${claudeSessionId} with its next message.`,
    before,
    "If it is open in a terminal, leave it there first: what is said in two places at once is not in one memory.",
  ]
    .map(printable)
    .join("\n");
}
