import type { AcquiredSession } from "./acquire-claude-session.ts";
import { summaryOfHistory, summaryOfMissed } from "./history-seed.ts";
import { isSlashCommand, withPreface, type ClaudeTurnPayload } from "./input-filter.ts";
import { prepareInbound } from "./prepare-inbound.ts";
import { noticesOf } from "./session-start.ts";
import { serviceNotice, type Service } from "./turn-service.ts";
import { instructionNews } from "./turn-instructions.ts";
import type { TurnRequest } from "./turn.ts";

/** What a session is sent, and what the person reads in front of its answer. */
export type PreparedPrompt = {
  payload: ClaudeTurnPayload;
  notices: string[];
  /** There was something to tell the session, but not in front of a slash command. */
  summaryOwed: boolean;
  /** US dollars that the session had cost before; undefined when nobody knows. */
  costBefore: number | undefined;
};

export type PreparePrompt = (session: AcquiredSession) => Promise<PreparedPrompt>;

/**
 * Prepares one turn's prompt for whichever session gets it: one that begins in the middle of a conversation is told of
 * it. The files that came with the message are copied once, however often it is sent.
 */
export function createPromptPreparation(turn: {
  request: TurnRequest;
  /** Real path. */
  workspace: string;
  /** See `ConversationRecord`. */
  interrupted: boolean;
  service: Service & { now: Date };
  /** See `BridgeDependencies`. */
  seenCosts: ReadonlyMap<string, number>;
}): PreparePrompt {
  const { request, workspace, interrupted, service, seenCosts } = turn;
  const { message } = request;
  /** By whether the agent takes images. */
  const inbound = new Map<boolean, Promise<ClaudeTurnPayload>>();

  function inboundFor(images: boolean): Promise<ClaudeTurnPayload> {
    const known = inbound.get(images) ?? prepareInbound(message, { workspace, images });
    inbound.set(images, known);
    return known;
  }

  return async (session) => {
    const payload = await inboundFor(session.loan.session.capabilities.images);
    const summary = needsSummary(session) ? await summaryFor(request, session) : undefined;
    const command = isSlashCommand(message);
    const summarized = summary !== undefined && !command;
    const preface = command ? [] : [instructionNews(request.instructions, session.loan.memory), summary];
    return {
      payload: withPreface(payload, preface),
      notices: [
        ...serviceNotice(service, { session, summarized }),
        ...noticesOf({ interrupted, fresh: session.fresh, summarized }),
      ],
      // What was owed before is still owed, whether or not this turn knows the history.
      summaryOwed: command && (summary !== undefined || isOwedMore(session)),
      costBefore: seenCosts.get(session.loan.session.sessionId) ?? costBefore(session),
    };
  };
}

/** A session that begins in the middle of a conversation, and one that has not been told of it yet. */
function needsSummary({ fresh, continues }: AcquiredSession): boolean {
  return fresh !== undefined || isOwedMore({ continues });
}

function isOwedMore({ continues }: Pick<AcquiredSession, "continues">): boolean {
  return continues?.seedPending === true || continues?.missedSince !== undefined;
}

/** A session that begins has cost nothing; one that was resumed goes on counting where it was. */
function costBefore({ loan, continues }: AcquiredSession): number | undefined {
  return loan.memory.costUsd ?? (continues === null ? 0 : continues.costUsd);
}

async function summaryFor(
  { readHistory, message }: TurnRequest,
  { historyFrom, continues }: AcquiredSession,
): Promise<string | undefined> {
  // Without a history there is nothing to tell, and the notice says so.
  const history = await readHistory().catch(() => []);
  const ofThisLife = history.filter(({ at }) => !isBefore(at, historyFrom));
  const missedSince = continues?.seedPending === true ? undefined : continues?.missedSince;
  if (missedSince === undefined) return summaryOfHistory(ofThisLife, message.text);
  return summaryOfMissed(
    ofThisLife.filter(({ at }) => !isBefore(at, missedSince)),
    message.text,
  );
}

function isBefore(at: string | undefined, from: string | undefined): boolean {
  return at !== undefined && from !== undefined && Date.parse(at) < Date.parse(from);
}
