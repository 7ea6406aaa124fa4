import { CLAUDE_LOGIN } from "../config/endpoint-schema.ts";
import type { ContractorConfig } from "../config/schema.ts";
import { limitHolderOf, type LimitBook, type LimitNote } from "./limit-book.ts";

/** The limits that hold now of a contractor's own endpoint and of those that serve in its place. */
export function ownLimits(
  limits: Pick<LimitBook, "limitOf">,
  { endpoint = CLAUDE_LOGIN, onLimit, claudeConfigDir }: ContractorConfig,
): LimitNote[] {
  return [endpoint, ...(onLimit === "error" ? [] : onLimit)].flatMap(
    (name) => limits.limitOf(limitHolderOf(name, claudeConfigDir)) ?? [],
  );
}
