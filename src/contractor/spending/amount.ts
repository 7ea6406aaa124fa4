/** What turns have used: US dollars as Claude Code tells them, and all tokens, those of the cache among them. */
export type Amount = { usd: number; tokens: number };

export type Tally = Amount & { turns: number };

export const NOTHING_SPENT: Tally = { usd: 0, tokens: 0, turns: 0 };

/** Never less than nothing: what was counted too high while a turn ran is taken back at its end. */
export function plus(one: Tally, other: Tally): Tally {
  return {
    usd: Math.max(0, rounded(one.usd + other.usd)),
    tokens: Math.max(0, one.tokens + other.tokens),
    turns: one.turns + other.turns,
  };
}

/** What is missing in `earlier`; may be less than nothing. */
export function difference(later: Amount, earlier: Amount): Amount {
  return { usd: later.usd - earlier.usd, tokens: later.tokens - earlier.tokens };
}

/** A thousandth of a cent is the least that anybody is charged; below it is the noise of binary fractions. */
function rounded(usd: number): number {
  return Math.round(usd * 1e6) / 1e6;
}
