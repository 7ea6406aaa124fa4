import type { ConversationKey, SessionMapStore } from "../contractor/session-map/session-map-store.ts";
import type {
  OfferedTool,
  OfferedTools,
  TurnChoices,
  TurnObserver,
  TurnOutcome,
  TurnRequest,
} from "./turn.ts";

export type CompactionRequest = {
  /** What the summary shall keep, in the person's words; empty for Claude's own judgement. */
  instructions: string;
  signal: AbortSignal;
};

export type CompactionOutcome =
  { compacted: true; tokensBefore?: number; tokensAfter?: number } | { compacted: false; reason: string };

/** Has Claude Code compact the conversation's session, as a turn of its own that waits for the one under way. */
export async function compactConversation(
  conversation: {
    key: ConversationKey;
    store: SessionMapStore;
    choices: TurnChoices;
    runTurn: (request: TurnRequest, observer: TurnObserver) => Promise<TurnOutcome>;
  },
  { instructions, signal }: CompactionRequest,
): Promise<CompactionOutcome> {
  const { key, store, choices, runTurn } = conversation;
  if ((await store.get(key)) === null) {
    return { compacted: false, reason: "this conversation has no Claude session yet" };
  }
  const seen = { compaction: false };
  const outcome = await runTurn(
    {
      ...key,
      lifecycle: undefined,
      readHistory: () => Promise.resolve([]),
      message: {
        text: `/compact ${instructions}`.trimEnd(),
        context: undefined,
        images: [],
        attachments: [],
      },
      instructions: undefined,
      purpose: "chat",
      settings: choices.settings,
      nativeTools: choices.nativeTools,
      openclawTools: choices.openclawTools && refusing(choices.openclawTools),
      deadlineAt: undefined,
      signal,
      lastTurnOfProcess: false,
    },
    {
      onEvent(event) {
        if (event.type === "compaction") seen.compaction = true;
      },
      onSteerable: () => undefined,
      // Compaction uses none; whatever asks all the same has nobody to ask.
      onBeforeToolCall: () => Promise.resolve({ allow: false, reason: "Compaction uses no tools." }),
      onPermissionRequest: () => Promise.resolve("deny"),
      onQuestion: () => Promise.resolve({ action: "decline" }),
    },
  );
  return outcomeOf(outcome, seen);
}

/** They are there, so that the session is the same; compaction uses none. */
function refusing(list: readonly OfferedTool[]): OfferedTools {
  const content = [{ type: "text" as const, text: "Compaction uses no tools." }];
  const call: OfferedTools["call"] = () => Promise.resolve({ content, structured: undefined, isError: true });
  return { list, built: () => list, call };
}

function outcomeOf(outcome: TurnOutcome, seen: { compaction: boolean }): CompactionOutcome {
  if (outcome.kind === "failed") return { compacted: false, reason: outcome.error.toParagraph() };
  if (outcome.kind === "cancelled") return { compacted: false, reason: "it was cancelled" };
  const { text, contextTokens } = outcome;
  if (!seen.compaction && text.startsWith("Error:")) {
    return { compacted: false, reason: text.slice("Error:".length).trim() };
  }
  return { compacted: true, ...(contextTokens === undefined ? {} : { tokensAfter: contextTokens }) };
}
