import { CLI_ROOT } from "../../config/identifiers.ts";
import type { SessionMapEntry } from "../session-map/session-map-entry.ts";
import type { ConversationKey } from "../session-map/session-map-store.ts";
import { ContractorError } from "../../errors/contractor-error.ts";
import { shellLineOf, shellWord, terminalCommandOf } from "../terminal-command.ts";

export function notPersistent(agentId: string): ContractorError {
  return new ContractorError("usage", {
    message: `The contractor agent "${agentId}" begins a new Claude session with each message (mode oneshot), so it cannot continue one.`,
    mend: "Choose a contractor of the mode persistent.",
  });
}

export function emptyKey(): ContractorError {
  return new ContractorError("usage", {
    message: "The session key is empty.",
    mend: `Take the key from \`openclaw ${CLI_ROOT} sessions\`, or "main" for the agent's main conversation.`,
  });
}

export function unknownSession(claudeSessionId: string, projects: string): ContractorError {
  return new ContractorError("claude-session-unknown", {
    message: `Claude Code has no transcript of a session "${claudeSessionId}" below ${projects}.`,
    mend: "Take the id from `claude --resume` in the workspace, and run this as the user who runs the Gateway.",
  });
}

export function unreadableTranscript(claudeSessionId: string, cause: unknown): ContractorError {
  const words = cause instanceof Error ? cause.message : String(cause);
  return new ContractorError("claude-session-unknown", {
    message: `The transcript of the Claude session "${claudeSessionId}" could not be read: ${words}.`,
    mend: "Run this as the user who runs the Gateway.",
    cause,
  });
}

export function elsewhere(session: {
  claudeSessionId: string;
  workspace: string;
  begunIn: string | null;
  transcript: string;
}): ContractorError {
  const { claudeSessionId, workspace, begunIn, transcript } = session;
  if (begunIn === null) {
    return new ContractorError("claude-session-elsewhere", {
      message: `The transcript ${transcript} does not say which folder its session belongs to, and it is not among those of the workspace ${workspace}.`,
      mend: "Open the session with `claude --resume` in its own folder, and create a contractor for that folder.",
    });
  }
  const line = shellLineOf(terminalCommandOf({ cwd: begunIn, claudeSessionId }));
  return new ContractorError("claude-session-elsewhere", {
    message: `The Claude session ${claudeSessionId} was begun in ${begunIn}, and the contractor works in ${workspace}; Claude Code finds a session only in its own folder.`,
    mend: `Open it there with \`${line}\`, or create a contractor for that folder.`,
  });
}

export function inUse({ agentId, openclawSessionKey, claudeSessionId }: SessionMapEntry): ContractorError {
  return new ContractorError("claude-session-in-use", {
    message: `The Claude session ${claudeSessionId} belongs to the conversation "${openclawSessionKey}" of the contractor agent "${agentId}" already; in one session, two conversations would be mixed.`,
    mend: `Adopt another session, or let that conversation go first: \`openclaw ${CLI_ROOT} reset-session --agent-id ${agentId} --session-key ${shellWord(openclawSessionKey)}\`.`,
  });
}

export function changedMeanwhile({ openclawSessionKey }: ConversationKey): ContractorError {
  return new ContractorError("session-busy", {
    message: `The conversation "${openclawSessionKey}" was given another Claude session while this command ran, twice; nothing was changed by it.`,
    mend: "Try again when no message of it is being answered.",
    retryable: true,
  });
}
