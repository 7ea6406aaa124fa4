import { CLAUDE_LOGIN } from "../config/endpoint-schema.ts";
import {
  metadataAt,
  resolveContractorAgentMetadata,
  type ContractorAgentMetadata,
} from "../contractor/metadata-resolver.ts";
import { chooseEndpoints, type Placement } from "../endpoint/choose-endpoint.ts";
import type { LimitBook, LimitHolder } from "../endpoint/limit-book.ts";
import { isAtLimit } from "../errors/api-refusal.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { BridgeDependencies } from "./bridge-dependencies.ts";
import { isSlashCommand } from "./input-filter.ts";
import { normalizeClaudeError } from "./response-normalizer.ts";
import { takeTurn } from "./take-turn.ts";
import { emptyTurnRecord, type TurnObserver, type TurnOutcome, type TurnRequest } from "./turn.ts";

/**
 * One turn that has its place in the queue: at the endpoint that it belongs to, and while that one is at its limit at the
 * next one that the contractor's settings name. Never sent twice once Claude has said or done anything. Never rejects.
 */
export async function serveTurn(
  dependencies: BridgeDependencies,
  turn: { request: TurnRequest; observer: TurnObserver },
): Promise<TurnOutcome> {
  try {
    return await serve(dependencies, turn);
  } catch (cause) {
    return normalizeClaudeError(emptyTurnRecord(), { error: unexpectedFailure(cause), accepted: false });
  }
}

async function serve(
  dependencies: BridgeDependencies,
  turn: { request: TurnRequest; observer: TurnObserver },
): Promise<TurnOutcome> {
  const { limits } = dependencies;
  const config = dependencies.readConfig();
  const own = resolveContractorAgentMetadata(config, turn.request.agentId);
  const { belongsTo, order } = await placementsOf(dependencies, { own, request: turn.request });

  async function takeAt(placement: Placement): Promise<TurnOutcome> {
    const isOwn = placement.endpoint === belongsTo.endpoint;
    const insteadOf = isOwn ? null : limits.limitOf(limitHolder(belongsTo.endpoint, own));
    const metadata = metadataAt(config, { own, ...placement });
    const outcome = await takeTurn(dependencies, { ...turn, service: { metadata, insteadOf } });
    noteLimit(limits, { holder: limitHolder(placement.endpoint, own), outcome });
    return outcome;
  }

  const [first = belongsTo, ...others] = order;
  let outcome = await takeAt(first);
  for (const placement of others) {
    if (!mayBeServedElsewhere(outcome)) break;
    outcome = await takeAt(placement);
  }
  return outcome;
}

function mayBeServedElsewhere(outcome: TurnOutcome): boolean {
  return outcome.kind === "failed" && isAtLimit(outcome.error) && !outcome.acted;
}

function noteLimit(
  limits: LimitBook,
  { holder, outcome }: { holder: LimitHolder; outcome: TurnOutcome },
): void {
  if (outcome.kind === "completed") limits.clear(holder);
  if (outcome.kind !== "failed") return;
  const { code, resetAt } = outcome.error;
  if (code === "agent-limit" || code === "agent-overloaded") limits.note({ ...holder, code, resetAt });
}

async function placementsOf(
  dependencies: BridgeDependencies,
  { own, request }: { own: ContractorAgentMetadata; request: TurnRequest },
): Promise<ReturnType<typeof chooseEndpoints>> {
  const { fallbacks, routes, homeEndpoint: home } = own;
  const { message, purpose } = request;
  return chooseEndpoints({
    ...{ home, fallbacks, routes },
    turn: {
      purpose,
      characters: message.text.length,
      stays: isSlashCommand(message) ? await whereabouts(dependencies, { own, request }) : undefined,
    },
    isLimited: (endpoint) => dependencies.limits.limitOf(limitHolder(endpoint, own)) !== null,
  });
}

/** The endpoint that the conversation's session is at, where the settings still know it. */
async function whereabouts(
  dependencies: BridgeDependencies,
  { own, request }: { own: ContractorAgentMetadata; request: TurnRequest },
): Promise<string | undefined> {
  const { agentId, openclawSessionKey } = request;
  const entry = await dependencies.openStore(own.workspace).get({ agentId, openclawSessionKey });
  const endpoint = entry?.endpoint;
  if (endpoint === undefined || endpoint === CLAUDE_LOGIN) return endpoint;
  return Object.hasOwn(dependencies.readConfig().endpoints, endpoint) ? endpoint : undefined;
}

/** A login is one of its own folder; an endpoint's limit is that of its key. */
function limitHolder(endpoint: string, own: ContractorAgentMetadata): LimitHolder {
  const configDir = endpoint === CLAUDE_LOGIN ? (own.claudeConfigDir ?? "") : "";
  return { endpoint, configDir };
}
