import { ownValue } from "../../config/own-value.ts";
import { NOTHING_SPENT, plus, type Tally } from "./amount.ts";
import type { AgentAccount, SessionAccount, SpendingFile } from "./spending-file.ts";
import type { AgentSpending, SpendingKey, Spent } from "./spending-ledger.ts";

/** What was used and is not in the file yet: all of one day in one life of one conversation. */
export type SpendingNote = { key: SpendingKey; day: string; at: string; amount: Tally };

/** A conversation that nobody has used for so long begins anew; so many are kept of one agent at most. */
const DAYS_KEPT = 62;
const SESSIONS_KEPT = 1000;
const DAY_MS = 86_400_000;

/** What the file and the notes say together. */
export function spentOf(
  file: SpendingFile,
  { key, day, notes }: { key: SpendingKey; day: string; notes: readonly SpendingNote[] },
): Spent {
  const account = ownValue(file.agents, key.agentId);
  const session = account?.sessions.find((known) => isOf(known, key));
  const spent: Spent = {
    session: tallyOf(session),
    day: tallyOf(account && ownValue(account.days, day)),
    agent: tallyOf(account?.total),
  };
  for (const note of notes) {
    if (note.key.agentId !== key.agentId) continue;
    spent.agent = plus(spent.agent, note.amount);
    if (note.day === day) spent.day = plus(spent.day, note.amount);
    if (isSameConversation(note.key, key)) spent.session = plus(spent.session, note.amount);
  }
  return spent;
}

/** The file with the notes in it, and without what is too old to be kept. */
export function withNotes(file: SpendingFile, notes: readonly SpendingNote[], now: Date): SpendingFile {
  const agents = new Map(Object.entries(file.agents));
  for (const note of notes) {
    const { agentId } = note.key;
    agents.set(agentId, withNote(agents.get(agentId) ?? newAccount(note.at), note));
  }
  const pruned = [...agents].map(([agentId, account]) => [agentId, prune(account, now)] as const);
  return { ...file, agents: Object.fromEntries(pruned) };
}

/** The total begins anew; the day and the conversations go on. */
export function withResetAgent(file: SpendingFile, agentId: string, since: string): SpendingFile {
  const account = ownValue(file.agents, agentId) ?? newAccount(since);
  return { ...file, agents: { ...file.agents, [agentId]: { ...account, since, total: NOTHING_SPENT } } };
}

export function withoutAgent(file: SpendingFile, agentId: string): SpendingFile {
  const others = Object.entries(file.agents).filter(([other]) => other !== agentId);
  return { ...file, agents: Object.fromEntries(others) };
}

export function agentSpendingOf(file: SpendingFile, agentId: string, day: string): AgentSpending {
  const account = ownValue(file.agents, agentId);
  return {
    since: account?.since ?? null,
    day: tallyOf(account && ownValue(account.days, day)),
    agent: tallyOf(account?.total),
    sessions: (account?.sessions ?? []).map(({ openclawSessionKey, ...session }) => ({
      openclawSessionKey,
      ...tallyOf(session),
    })),
  };
}

function isSameConversation(one: SpendingKey, other: SpendingKey): boolean {
  return (
    one.agentId === other.agentId &&
    one.openclawSessionKey === other.openclawSessionKey &&
    one.life === other.life
  );
}

function newAccount(since: string): AgentAccount {
  return { since, total: NOTHING_SPENT, days: {}, sessions: [] };
}

function withNote(account: AgentAccount, { key, day, at, amount }: SpendingNote): AgentAccount {
  const known = account.sessions.find((session) => isOf(session, key));
  const others = account.sessions.filter((session) => session.openclawSessionKey !== key.openclawSessionKey);
  const session: SessionAccount = {
    openclawSessionKey: key.openclawSessionKey,
    ...(key.life === null ? {} : { life: key.life }),
    ...plus(tallyOf(known), amount),
    lastActivityAt: at,
  };
  return {
    ...account,
    total: plus(account.total, amount),
    days: { ...account.days, [day]: plus(tallyOf(ownValue(account.days, day)), amount) },
    sessions: [...others, session],
  };
}

function prune(account: AgentAccount, now: Date): AgentAccount {
  const oldest = new Date(now.getTime() - DAYS_KEPT * DAY_MS).toISOString();
  const days = Object.entries(account.days).filter(([day]) => day > oldest.slice(0, 10));
  const sessions = account.sessions
    .filter(({ lastActivityAt }) => Date.parse(lastActivityAt) > Date.parse(oldest))
    .toSorted((left, right) => Date.parse(left.lastActivityAt) - Date.parse(right.lastActivityAt))
    .slice(-SESSIONS_KEPT);
  return { ...account, days: Object.fromEntries(days), sessions };
}

function isOf({ openclawSessionKey, life }: SessionAccount, key: SpendingKey): boolean {
  return openclawSessionKey === key.openclawSessionKey && (life ?? null) === key.life;
}

function tallyOf(found: Tally | undefined): Tally {
  if (found === undefined) return NOTHING_SPENT;
  const { usd, tokens, turns } = found;
  return { usd, tokens, turns };
}
