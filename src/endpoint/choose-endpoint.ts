import type { RouteConfig, TurnPurpose } from "../config/schema.ts";

/** Where a turn can run. `model`: the one that a rule gives; undefined for the endpoint's own. */
export type Placement = { endpoint: string; model: string | undefined };

export type EndpointChoice = {
  home: string;
  fallbacks: readonly string[];
  routes: readonly RouteConfig[];
  turn: {
    purpose: TurnPurpose;
    /** Length of the message. */
    characters: number;
    /** Where the conversation is, for a turn that concerns its session and nothing else: a slash command. */
    stays: string | undefined;
  };
  isLimited: (endpoint: string) => boolean;
};

/**
 * The endpoints that may serve a turn. `belongsTo` is the one that the settings say; `order` is never empty, and has those
 * that are at their limit behind the others: should all be, the turn's own one is asked, and its words are the answer.
 */
export function chooseEndpoints(choice: EndpointChoice): { belongsTo: Placement; order: Placement[] } {
  const { home, fallbacks, isLimited } = choice;
  const belongsTo = placementOf(choice);
  const names = fallbacks.length === 0 ? [] : [...new Set([...fallbacks, home])];
  const free = names
    .filter((name) => name !== belongsTo.endpoint && !isLimited(name))
    .map((endpoint) => ({ endpoint, model: undefined }));
  const order = isLimited(belongsTo.endpoint) ? [...free, belongsTo] : [belongsTo, ...free];
  return { belongsTo, order };
}

function placementOf({ home, routes, turn }: EndpointChoice): Placement {
  if (turn.stays !== undefined) return { endpoint: turn.stays, model: undefined };
  const route = routes.find((rule) => holds(rule, turn));
  return route === undefined
    ? { endpoint: home, model: undefined }
    : { endpoint: route.endpoint, model: route.model };
}

function holds(
  { purpose, minChars = 0, maxChars = Infinity }: RouteConfig,
  turn: EndpointChoice["turn"],
): boolean {
  if (purpose !== undefined && !purpose.includes(turn.purpose)) return false;
  return turn.characters >= minChars && turn.characters <= maxChars;
}
