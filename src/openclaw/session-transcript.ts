import { ContractorError } from "../errors/contractor-error.ts";
import type { runAgentHarnessBeforeMessageWriteHook } from "openclaw/plugin-sdk/agent-harness-runtime";

/** A row as it is written. */
export type TranscriptRow = Parameters<typeof runAgentHarnessBeforeMessageWriteHook>[0]["message"];

/** A row of the host's transcript, as far as it is looked at. */
export type TranscriptMessage = { role: string; content?: unknown };

export type VisibleTranscriptEntry = { entryId: string; message: TranscriptMessage; createdAt?: string };

/** Any row, messages included; the rows form a tree. */
export type TranscriptEvent = { type?: string; id?: string; parentId?: string | null };

export type TranscriptTarget = {
  agentId?: string;
  sessionId: string;
  sessionKey: string;
  storePath?: string;
};

/**
 * The little of `openclaw/plugin-sdk/session-transcript-runtime` that is used. The host ships that subpath as
 * JavaScript without types, so its shape is declared here and looked at before it is called.
 */
type TranscriptRuntime = {
  appendSessionTranscriptMessageByIdentityStrict(params: {
    agentId?: string;
    sessionId: string;
    sessionKey: string;
    storePath?: string;
    runId: string;
    cwd: string;
    config?: unknown;
    message: TranscriptRow & { idempotencyKey: string };
    idempotencyLookup: "scan";
    updateMode: "inline";
  }): Promise<{ kind: "result" } | { kind: "rejected"; reason: string } | { kind: "suppressed" }>;
  readVisibleSessionTranscriptMessageEntries(target: TranscriptTarget): Promise<VisibleTranscriptEntry[]>;
  readSessionTranscriptEvents(target: TranscriptTarget): Promise<TranscriptEvent[]>;
};

const TRANSCRIPT_MODULE: string = "openclaw/plugin-sdk/session-transcript-runtime";

let loaded: Promise<TranscriptRuntime> | undefined;

/** Loads the host's transcript runtime. Rejects with `host-unsupported` when the host has another shape. */
export function loadTranscriptRuntime(): Promise<TranscriptRuntime> {
  loaded ??= importTranscriptRuntime();
  return loaded;
}

async function importTranscriptRuntime(): Promise<TranscriptRuntime> {
  const module: unknown = await import(TRANSCRIPT_MODULE).catch((cause: unknown) => {
    throw unsupported(cause);
  });
  if (isTranscriptRuntime(module)) return module;
  throw unsupported();
}

const FUNCTIONS: (keyof TranscriptRuntime)[] = [
  "appendSessionTranscriptMessageByIdentityStrict",
  "readVisibleSessionTranscriptMessageEntries",
  "readSessionTranscriptEvents",
];

function isTranscriptRuntime(module: unknown): module is TranscriptRuntime {
  if (typeof module !== "object" || module === null) return false;
  const exported = new Map<string, unknown>(Object.entries(module));
  return FUNCTIONS.every((name) => typeof exported.get(name) === "function");
}

function unsupported(cause?: unknown): ContractorError {
  return new ContractorError("host-unsupported", {
    message: "This OpenClaw version does not let plugins use its transcript.",
    mend: "Use an OpenClaw version of the range in the plugin's package.json (peerDependencies).",
    cause,
  });
}
