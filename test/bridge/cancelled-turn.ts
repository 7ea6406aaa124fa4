import { existsSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import type { TurnOutcome } from "../../src/bridge/turn.ts";
import { rememberingResponder } from "../fixtures/scripted-messages-api/remembering-responder.ts";
import { textReply, type Responder } from "../fixtures/scripted-messages-api/reply.ts";
import type { ScriptedMessagesApi } from "../fixtures/scripted-messages-api/scripted-messages-api.ts";
import type { SeededRandom } from "../fixtures/seeded-random.ts";
import type { BridgeWorld, TurnOptions } from "./bridge-world.ts";

export const CANCEL_MOMENTS = [
  "at once",
  "before the first byte",
  "mid-text",
  "mid-tool",
  "permission pending",
  "after the end",
] as const;

export type CancelMoment = (typeof CANCEL_MOMENTS)[number];

export type CancelledTurn = {
  cancelled: Promise<void>;
  /** Once the turn has ended: what was wrong with its end. */
  settled: Promise<string[]>;
};

const PIECES = 12;
const MOMENT_TIMEOUT_MS = 30_000;

/** Every answer is derived from its prompt, so that nothing of one turn can be taken for another's. */
export function echoingResponder(): Responder {
  const remembering = rememberingResponder();
  return (request) => {
    const prompt = request.userTexts.at(-1) ?? "";
    if (prompt.startsWith("hold ")) return { hang: true };
    const talk = /^talk (\S+)$/.exec(prompt)?.[1];
    if (talk === undefined) return remembering(request);
    return textReply(`${talk} `.repeat(PIECES), { chunkSize: talk.length + 1, chunkDelayMs: 10 });
  };
}

/** The last pieces of a text may come together with its end. */
const END_OF: Record<CancelMoment, "cancelled" | "completed" | undefined> = {
  "at once": "cancelled",
  "before the first byte": "cancelled",
  "mid-text": undefined,
  "mid-tool": "cancelled",
  "permission pending": "cancelled",
  "after the end": "completed",
};

type Cancelling = { openclawSessionKey: string; moment: CancelMoment; id: string; random: SeededRandom };

/** Begins a turn that is in the middle of what the moment names, and cancels it then. */
export function cancelledTurn(
  { world, model }: { world: BridgeWorld; model: ScriptedMessagesApi },
  { openclawSessionKey, moment, id, random }: Cancelling,
): CancelledTurn {
  const cancellation = new AbortController();
  const reached = Promise.withResolvers<undefined>();
  const cancelled = reached.promise.then(() => {
    cancellation.abort();
  });
  const isReached = (): void => {
    reached.resolve(undefined);
  };
  const { text, observer, waits } = partOf({ world, model }, { moment, id, random });
  const { signal } = cancellation;
  const outcome = world.turn(text, { openclawSessionKey, signal, observer: observer(isReached) });
  waits?.().then(isReached, reached.reject);
  // However the turn ends: a moment that has passed is as good as one that was met.
  void outcome.finally(isReached);
  const settled = Promise.all([outcome, cancelled]).then(([ended]) => wrongWith(ended, { moment, id }));
  return { cancelled, settled };
}

type Part = {
  text: string;
  observer: (reached: () => void) => NonNullable<TurnOptions["observer"]>;
  /** Resolves at the moment, where no event of the turn tells of it. */
  waits?: () => Promise<unknown>;
};

function partOf(
  { world, model }: { world: BridgeWorld; model: ScriptedMessagesApi },
  { moment, id, random }: { moment: CancelMoment; id: string; random: SeededRandom },
): Part {
  switch (moment) {
    case "at once":
      return { text: `talk ${id}`, observer: () => ({}), waits: () => Promise.resolve() };
    case "before the first byte":
      return {
        text: `hold ${id}`,
        observer: () => ({}),
        waits: () =>
          model.waitForRequest(({ lastUserText }) => lastUserText === `hold ${id}`, MOMENT_TIMEOUT_MS),
      };
    case "mid-text":
      return { text: `talk ${id}`, observer: afterPieces(1 + random.below(PIECES)) };
    case "mid-tool": {
      const file = join(world.workspace, `started-${id}`);
      return {
        text: `run touch ${file} && tail -f /dev/null`,
        observer: () => ({ onPermissionRequest: () => Promise.resolve("allow-once") }),
        waits: () => vi.waitUntil(() => existsSync(file), { timeout: MOMENT_TIMEOUT_MS, interval: 10 }),
      };
    }
    case "permission pending":
      return { text: `run touch never-${id}`, observer: askedAndNeverAnswered };
    case "after the end":
      return { text: `talk ${id}`, observer: () => ({}) };
  }
}

function afterPieces(pieces: number): Part["observer"] {
  return (reached) => {
    let left = pieces;
    return {
      onEvent({ type }) {
        if (type !== "text") return;
        left -= 1;
        if (left === 0) reached();
      },
    };
  };
}

/** The person has left. */
function askedAndNeverAnswered(reached: () => void): ReturnType<Part["observer"]> {
  return {
    onPermissionRequest() {
      reached();
      return new Promise(() => undefined);
    },
  };
}

/** Nothing that is another turn's, and no end that cannot be. */
function wrongWith(outcome: TurnOutcome, { moment, id }: { moment: CancelMoment; id: string }): string[] {
  const wrong: string[] = [];
  if (outcome.kind === "failed") wrong.push(`failed: ${outcome.error.code} ${outcome.error.message}`);
  const expected = END_OF[moment];
  if (expected !== undefined && outcome.kind !== expected) wrong.push(`was ${outcome.kind}`);
  const foreign = outcome.text.split(" ").filter((word) => word !== "" && word !== id);
  if (foreign.length > 0) wrong.push(`said ${outcome.text}`);
  return wrong;
}
