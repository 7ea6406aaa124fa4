import type { AgentSession, PromptImage, TurnUsage } from "../acp/acp-adapter.ts";
import { metadataAt, resolveContractorAgentMetadata } from "../contractor/metadata-resolver.ts";
import { claudeModeOf } from "../contractor/permission-mode.ts";
import type { ConversationKey } from "../contractor/session-map/session-map-store.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import { openingOf } from "./acquire-claude-session.ts";
import type { BridgeDependencies } from "./bridge-dependencies.ts";
import { orAbandon } from "./or-abandon.ts";
import { historyFromAfter } from "./plan-session.ts";
import { endingOf } from "./response-normalizer.ts";
import { openTurnBudget, type TurnBudget } from "./turn-budget.ts";
import { createTurnProjection, type TurnProjection } from "./turn-projection.ts";
import type { TurnChoices, TurnOutcome } from "./turn.ts";

/** A question beside the conversation: it is answered from what Claude knows of it, and leaves nothing behind in it. */
export type SideQuestion = ConversationKey & { question: string; images: PromptImage[]; signal: AbortSignal };

export type SideAnswer = { text: string; usage: TurnUsage | undefined };

const NO_TOOLS = "This is a question beside the conversation: answer it from what you know, without tools.";

/**
 * Asks a copy of the conversation's Claude session, in a process of its own, so that a turn under way is not disturbed.
 * The copy keeps its tools, which it may not use: without them it would read the whole conversation uncached.
 * Errors: those of a turn; `session-busy` when the question was withdrawn.
 */
export async function askAside(
  dependencies: BridgeDependencies,
  asked: SideQuestion & TurnChoices,
): Promise<SideAnswer> {
  const { signal } = asked;
  const copy = await orAbandon(openCopy(dependencies, asked), {
    signal,
    abandon: ({ session }) => session.close(),
  });
  if (copy === undefined) throw withdrawn();
  let kind: TurnOutcome["kind"] = "failed";
  try {
    const answer = await answerOf(copy, asked);
    kind = "completed";
    return answer;
  } finally {
    await copy.budget.close({ ...copy.projection.record, kind });
    await copy.session.close();
  }
}

/** The copy, and what its one answer uses: it counts as a turn of the conversation. */
type Copy = { session: AgentSession; projection: TurnProjection; budget: TurnBudget };

async function openCopy(dependencies: BridgeDependencies, asked: SideQuestion & TurnChoices): Promise<Copy> {
  const { agentId, openclawSessionKey, settings, nativeTools, openclawTools, question: text } = asked;
  const config = dependencies.readConfig();
  const own = resolveContractorAgentMetadata(config, agentId);
  // A mode that is refused for turns is refused here, too.
  const mode = claudeModeOf({ ...own, uid: dependencies.uid });
  const workspace = await dependencies.resolveWorkspace(own.workspace);
  const store = dependencies.openStore(own.workspace);
  const entry = await store.get({ agentId, openclawSessionKey });
  // The copy is one of the session's own endpoint.
  const metadata = metadataAt(config, { own, endpoint: entry?.endpoint });
  const projection = createTurnProjection(() => undefined);
  const budget = openTurnBudget({
    ...{ dependencies, metadata, record: projection.record },
    request: { agentId, openclawSessionKey, text, lastTurnOfProcess: false },
  });
  const ended = entry === null ? await store.latest({ agentId, openclawSessionKey }) : null;
  await budget.admit(entry === null ? historyFromAfter(ended) : entry.historyFrom);
  // A copy goes on counting where the original is.
  projection.costsFrom(
    entry === null ? 0 : (dependencies.seenCosts.get(entry.claudeSessionId) ?? entry.costUsd),
  );
  const adapter = await dependencies.createAdapter(metadata);
  const opening = await openingOf({ dependencies, metadata, workspace, nativeTools, openclawTools });
  const session =
    entry === null
      ? await adapter.createSession(opening)
      : await adapter.forkSession({ ...opening, sessionId: entry.claudeSessionId });
  try {
    await session.configure({ mode, ...settings });
    return { session, projection, budget };
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function answerOf(
  { session, projection, budget }: Copy,
  { question, images, signal }: SideQuestion,
): Promise<SideAnswer> {
  budget.prompted(session.sessionId, false);
  const outcome = await session.prompt({
    text: question,
    images: session.capabilities.images ? images : [],
    signal,
    onUpdate: (update) => {
      projection.apply(update);
      budget.heard(update);
    },
    onBeforeToolCall: () => Promise.resolve({ allow: false, reason: NO_TOOLS }),
    onPermissionRequest: () => Promise.resolve("deny"),
    onQuestion: () => Promise.resolve({ action: "decline" }),
    onRetry: () => undefined,
  });
  budget.told(outcome);
  if (outcome.stopReason === "cancelled") throw withdrawn();
  projection.answered();
  for (const paragraph of endingOf(projection, { outcome, notices: [], slashCommand: false }))
    projection.append(paragraph);
  return { text: projection.record.text.trim(), usage: outcome.usage };
}

function withdrawn(): ContractorError {
  return new ContractorError("session-busy", {
    message: "The side question was withdrawn before it was answered.",
    mend: "Ask it again.",
    retryable: true,
  });
}
