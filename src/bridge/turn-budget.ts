import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import type { PromptOutcome } from "../acp/acp-adapter.ts";
import type { ContractorMode } from "../config/schema.ts";
import type { ContractorAgentMetadata } from "../contractor/metadata-resolver.ts";
import { difference, type Amount } from "../contractor/spending/amount.ts";
import { budgetUses, hasLimitIn, usedUpOf, type BudgetUse } from "../contractor/spending/budget.ts";
import { amountIn, budgetExceeded, budgetNotEnforceable } from "../contractor/spending/budget-words.ts";
import type { SpendingKey } from "../contractor/spending/spending-ledger.ts";
import type { ContractorError } from "../errors/contractor-error.ts";
import type { BridgeDependencies } from "./bridge-dependencies.ts";
import type { SessionPlan } from "./plan-session.ts";
import { costOfTurn, isCostKnown, isCostMissing } from "./turn-cost.ts";
import { createTurnMeter } from "./turn-meter.ts";
import { createTurnTokens } from "./turn-tokens.ts";
import type { TurnOutcome, TurnRecord, TurnRequest } from "./turn.ts";

/** What one turn uses: it is counted for every contractor, and held to the budget of those that have one. */
export type TurnBudget = {
  /**
   * Before anything is started. Rejects with `budget-exceeded`; and, as nobody would know what is left, as
   * `SpendingLedger.read` does. `life`: see `SpendingKey`.
   */
  admit(life: string | undefined): Promise<void>;
  /** Called once, when the turn goes on though a budget is used up. */
  onExceeded(end: (error: ContractorError) => void): void;
  /** A session has been given the prompt. `isNew`: it has cost nothing before. */
  prompted(claudeSessionId: string, isNew: boolean): void;
  /** After the projection has it. */
  heard: (update: SessionUpdate) => void;
  /** The prompt has settled, well or not. */
  told(outcome: PromptOutcome): void;
  /** What a person must know of a turn that has ended by itself. `prompt`: what was sent. */
  closingNotes(prompt: string | undefined): string[];
  /** The turn is over, however it ended. Never rejects: the answer is given. */
  close(outcome: TurnRecord & Pick<TurnOutcome, "kind">): Promise<void>;
};

export type BudgetedTurn = {
  dependencies: BridgeDependencies;
  metadata: ContractorAgentMetadata;
  request: Pick<TurnRequest, "agentId" | "openclawSessionKey" | "lastTurnOfProcess"> & { text: string };
  /** What the turn has shown, as it grows. */
  record: TurnRecord;
};

/** So many Claude sessions' costs are remembered; what is forgotten is in the session map. */
const COSTS_KEPT = 1000;

/** Throws `budget-not-enforceable`. */
export function openTurnBudget(turn: BudgetedTurn): TurnBudget {
  const { dependencies, metadata, request, record } = turn;
  const { agentId, budget } = metadata;
  const inDollars = budget !== undefined && hasLimitIn(budget, "usd");
  if (inDollars && !isCostKnown(metadata))
    throw budgetNotEnforceable(metadata, "Nothing was sent to Claude Code.");
  const ledger = dependencies.openSpending(metadata.workspace);
  const meter = createTurnMeter();
  const tokens = createTurnTokens({ meter, record, message: request.text });
  let key: SpendingKey | undefined;
  let claudeSessionId: string | undefined;
  let counted: Amount = { usd: 0, tokens: 0 };
  let usedUp: BudgetUse | undefined;
  let end: ((error: ContractorError) => void) | undefined;

  function exceeded(use: BudgetUse): ContractorError {
    return budgetExceeded(use, { agentId, clock: ledger.clock() });
  }

  function count(amount: Amount, turns: number): void {
    if (key === undefined) return;
    ledger.add(key, { ...difference(amount, counted), turns });
    counted = amount;
  }

  /** Other conversations of the agent may use up what is left at the same time. */
  function look(): void {
    if (budget === undefined || key === undefined) return;
    const amount = { usd: costOfTurn(record) ?? 0, tokens: tokens.soFar };
    if (amount.usd === counted.usd && amount.tokens === counted.tokens) return;
    count(amount, 0);
    usedUp = usedUpOf(budgetUses(budget, { turn: counted, ...ledger.current(key) }));
  }

  return {
    async admit(life) {
      const { openclawSessionKey } = request;
      key = { agentId, openclawSessionKey, life: life ?? null };
      if (budget === undefined) return;
      const refused = usedUpOf(budgetUses(budget, await ledger.read(key)));
      if (refused !== undefined) throw exceeded(refused);
    },
    onExceeded(listener) {
      end = listener;
    },
    prompted(sessionId, isNew) {
      claudeSessionId = sessionId;
      // A first turn that asks no model tells no cost; the next one must know all the same from where to count.
      if (isNew && isCostKnown(metadata)) remember(dependencies.seenCosts, sessionId, 0);
    },
    heard(update) {
      const goesOn = meter.apply(update);
      // What comes with the last words of an answer must not end it: only whoever goes on is stopped.
      if (goesOn && usedUp !== undefined) {
        end?.(exceeded(usedUp));
        end = undefined;
      }
      look();
    },
    told(outcome) {
      tokens.told(outcome);
    },
    closingNotes(prompt) {
      if (budget === undefined) return [];
      const amount = { usd: costOfTurn(record) ?? 0, tokens: tokens.atEnd("completed", prompt) };
      const over = budgetUses(budget, { turn: amount }).filter(({ used, limit }) => used > limit);
      const unknown = inDollars && isCostMissing(record, tokens.exactAtEnd);
      return [...over.map(overNote), ...(unknown ? [UNKNOWN_COST_NOTE] : [])];
    },
    async close(outcome) {
      if (claudeSessionId === undefined) return;
      remember(dependencies.seenCosts, claudeSessionId, outcome.sessionCostUsd);
      count({ usd: costOfTurn(outcome) ?? 0, tokens: tokens.atEnd(outcome.kind) }, 1);
      // Without a budget it is not urgent. What cannot be written is noted by the ledger, which tries again.
      const written = budget === undefined && !request.lastTurnOfProcess ? undefined : ledger.flush();
      const settled = written?.catch(() => undefined);
      if (request.lastTurnOfProcess) await settled;
    },
  };
}

const UNKNOWN_COST_NOTE =
  "_It is not known what this turn cost, so it does not count for the budget in dollars. Its tokens do._";

function overNote({ unit, used, limit }: BudgetUse): string {
  return `_This turn used ${amountIn(unit, used, limit)}, more than its budget of ${amountIn(unit, limit)}._`;
}

/** A conversation's life is what no reset has ended: it goes on in another Claude session, and after one that was lost. */
export function lifeOf(
  plan: SessionPlan,
  { mode, lifecycle }: { mode: ContractorMode; lifecycle: string | undefined },
): string | undefined {
  // Of one-shot turns there is no map to know it.
  if (mode === "oneshot") return lifecycle;
  return plan.kind === "continue" ? plan.entry.historyFrom : plan.historyFrom;
}

function remember(costs: Map<string, number>, id: string, cost: number | undefined): void {
  if (cost === undefined) return;
  costs.delete(id);
  costs.set(id, cost);
  for (const oldest of costs.keys()) {
    if (costs.size <= COSTS_KEPT) return;
    costs.delete(oldest);
  }
}
