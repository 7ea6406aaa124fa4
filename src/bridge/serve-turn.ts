import { CLAUDE_LOGIN } from "../config/endpoint-schema.ts";
import type { PluginConfig } from "../config/schema.ts";
import {
  metadataAt,
  resolveContractorAgentMetadata,
  type ContractorAgentMetadata,
} from "../contractor/metadata-resolver.ts";
import { chooseEndpoints, type Placement } from "../endpoint/choose-endpoint.ts";
import { limitHolderOf, type LimitBook, type LimitHolder } from "../endpoint/limit-book.ts";
import { isAtLimit } from "../errors/api-refusal.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { BridgeDependencies } from "./bridge-dependencies.ts";
import { isSlashCommand } from "./input-filter.ts";
import { normalizeClaudeError } from "./response-normalizer.ts";
import { takeTurn } from "./take-turn.ts";
import type { TurnTimeline } from "./turn-timeline.ts";
import { emptyTurnRecord, type TurnObserver, type TurnOutcome, type TurnRequest } from "./turn.ts";

type QueuedTurn = { request: TurnRequest; observer: TurnObserver; timeline: TurnTimeline };

/**
 * One turn that has its place in the queue: at the endpoint that it belongs to, and while that one is at its limit at the
 * next one that the contractor's settings name. Never sent twice once Claude has said or done anything. Never rejects.
 */
export async function serveTurn(dependencies: BridgeDependencies, turn: QueuedTurn): Promise<TurnOutcome> {
  try {
    return await serve(dependencies, turn);
  } catch (cause) {
    return normalizeClaudeError(emptyTurnRecord(), { error: unexpectedFailure(cause), accepted: false });
  }
}

async function serve(dependencies: BridgeDependencies, turn: QueuedTurn): Promise<TurnOutcome> {
  const { limits } = dependencies;
  const config = dependencies.readConfig();
  const own = resolveContractorAgentMetadata(config, turn.request.agentId);
  const { belongsTo, order } = await placementsOf(dependencies, { config, own, request: turn.request });

  function holderOf(endpoint: string): LimitHolder {
    return limitHolderOf(endpoint, own.claudeConfigDir);
  }

  async function takeAt(placement: Placement): Promise<TurnOutcome> {
    const isOwn = placement.endpoint === belongsTo.endpoint;
    const insteadOf = isOwn ? null : limits.limitOf(holderOf(belongsTo.endpoint));
    const metadata = metadataAt(config, { own, ...placement });
    const outcome = await takeTurn(dependencies, { ...turn, service: { metadata, insteadOf } });
    noteLimit(limits, { holder: holderOf(placement.endpoint), outcome });
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
  if (outcome.kind !== "failed" || !isAtLimit(outcome.error)) return;
  const { code, resetAt } = outcome.error;
  limits.note({ ...holder, code, resetAt });
}

async function placementsOf(
  dependencies: BridgeDependencies,
  turn: { config: PluginConfig; own: ContractorAgentMetadata; request: TurnRequest },
): Promise<ReturnType<typeof chooseEndpoints>> {
  const { fallbacks, routes, homeEndpoint: home, claudeConfigDir } = turn.own;
  const { message, purpose } = turn.request;
  return chooseEndpoints({
    ...{ home, fallbacks, routes },
    turn: {
      purpose,
      characters: message.text.length,
      stays: isSlashCommand(message) ? await whereabouts(dependencies, turn) : undefined,
    },
    isLimited: (endpoint) => dependencies.limits.limitOf(limitHolderOf(endpoint, claudeConfigDir)) !== null,
  });
}

/** The endpoint that the conversation's session is at, where the settings still know it. */
async function whereabouts(
  dependencies: BridgeDependencies,
  turn: { config: PluginConfig; own: ContractorAgentMetadata; request: TurnRequest },
): Promise<string | undefined> {
  const { config, own, request } = turn;
  const { agentId, openclawSessionKey } = request;
  const entry = await dependencies.openStore(own.workspace).get({ agentId, openclawSessionKey });
  const endpoint = entry?.endpoint;
  if (endpoint === undefined || endpoint === CLAUDE_LOGIN) return endpoint;
  return Object.hasOwn(config.endpoints, endpoint) ? endpoint : undefined;
}
