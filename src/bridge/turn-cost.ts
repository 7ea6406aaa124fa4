import { reportsCost } from "../acp/adapter-packages.ts";
import type { ContractorAgentMetadata } from "../contractor/metadata-resolver.ts";
import type { TurnRecord } from "./turn.ts";

/** Whether it will be known what the contractor's turns cost: without that, no budget in dollars could hold. */
export function isCostKnown({ adapter }: Pick<ContractorAgentMetadata, "adapter">): boolean {
  return reportsCost(adapter);
}

/** US dollars of the turn as far as it has gone; undefined while, or where, nobody knows. */
export function costOfTurn({ costUsd }: Pick<TurnRecord, "costUsd">): number | undefined {
  return costUsd;
}

/**
 * True for an answered turn that has used something, or whose session tells a cost, while its own part of that is unknown:
 * the session was begun elsewhere. `tokens`: as the agent told them; undefined when it did not.
 */
export function isCostMissing(record: TurnRecord, tokens: number | undefined): boolean {
  if (costOfTurn(record) !== undefined) return false;
  return record.sessionCostUsd !== undefined || (tokens ?? 0) > 0;
}
