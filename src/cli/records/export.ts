import { homedir } from "node:os";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ConversationMessage } from "../../contractor/conversation/conversation-message.ts";
import { openConversation } from "../../contractor/conversation/open-conversation.ts";
import { redacted } from "../../contractor/conversation/redaction.ts";
import { errnoOf } from "../../contractor/session-map/session-map-file.ts";
import { ContractorError } from "../../errors/contractor-error.ts";
import type { HostCliContext } from "../../openclaw/host-cli-context.ts";
import type { CommandResult } from "../contractor-command.ts";
import { requireContractor } from "../require-contractor.ts";
import { formatted, type ExportFormat } from "./conversation-formats.ts";
import { writeExport } from "./write-export.ts";

export type ExportOptions = {
  agentId: string;
  sessionKey: string;
  format: ExportFormat;
  /** A file; without one the export goes to stdout. */
  output?: string;
  force?: boolean;
  redact: boolean;
  json?: boolean;
};

/** A conversation as it can be read, to a file or to stdout; undefined when it was printed. */
export async function exportConversation(
  context: HostCliContext,
  options: ExportOptions,
): Promise<CommandResult | undefined> {
  const { agentId, sessionKey, format, output, force = false, redact } = options;
  if (options.json === true && output === undefined) throw jsonNeedsFile();
  const contractor = requireContractor(context, agentId);
  const key = await context.conversationKeyOf({ agentId, sessionKey });
  const environment = context.claudeEnvironmentOf(contractor);
  const { source, messages } = await openConversation(key, {
    store: context.openStore(contractor.workspace),
    environment,
    readOpenClawHistory: (conversation) => context.readHistory(conversation),
  });
  const count = { messages: 0 };
  const home = environment["HOME"] ?? homedir();
  const pieces = formatted(format, {
    title: { agentId, source, redacted: redact, exportedAt: context.now() },
    messages: counted(messages, { count, change: await changeOf(context, { redact, home }) }),
  });
  if (output === undefined) {
    await print(pieces);
    return undefined;
  }
  const path = await writeExport(output, { pieces, force });
  return {
    data: { path, format, source, messages: count.messages, redacted: redact },
    text: `${count.messages} message${count.messages === 1 ? "" : "s"} written to ${path}${redact ? "" : ", with nothing taken out"}.`,
  };
}

type Change = (message: ConversationMessage) => ConversationMessage;

async function changeOf(
  context: HostCliContext,
  { redact, home }: { redact: boolean; home: string },
): Promise<Change> {
  if (!redact) return (message) => message;
  const secrets = await context.loadRedactor();
  return (message) => redacted(message, { secrets, home });
}

async function* counted(
  messages: AsyncIterable<ConversationMessage>,
  { count, change }: { count: { messages: number }; change: Change },
): AsyncGenerator<ConversationMessage> {
  for await (const message of messages) {
    count.messages += 1;
    yield change(message);
  }
}

async function print(pieces: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(pieces), process.stdout, { end: false });
  } catch (cause) {
    // Whoever read it has enough, as `head` has.
    if (errnoOf(cause) !== "EPIPE") throw cause;
  }
}

function jsonNeedsFile(): ContractorError {
  return new ContractorError("usage", {
    message: "With --json, `export` tells of the file that it wrote.",
    mend: "Add --output <file>, or leave --json away.",
  });
}
