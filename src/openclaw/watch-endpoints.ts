import { CLAUDE_LOGIN } from "../config/endpoint-schema.ts";
import { ownValue } from "../config/own-value.ts";
import type { PluginConfig } from "../config/schema.ts";
import { isCloud } from "../endpoint/endpoint-key.ts";
import { limitHolderOf, type LimitBook } from "../endpoint/limit-book.ts";
import { ANTHROPIC_API } from "../endpoint/provider-pins.ts";
import { isBehindProxy, isReachable } from "../endpoint/reachability.ts";
import { repeatInBackground } from "./repeat-in-background.ts";

/** Less than an endpoint that cannot be reached is left alone for. */
const EVERY_MS = 30_000;

export type EndpointWatchOptions = {
  /** Asked each time. */
  readConfig: () => PluginConfig;
  limits: Pick<LimitBook, "limitOf" | "note" | "clear">;
  log: (message: string) => void;
  ambient: NodeJS.ProcessEnv;
  everyMs?: number;
};

/**
 * Looks whether the endpoints are there that another one can stand in for, so that no turn has to find out: Claude Code
 * tries one that is down for minutes. Keeps the process from nothing; asks nobody where nothing can stand in.
 * Returns what stops it.
 */
export function watchEndpoints(options: EndpointWatchOptions): () => void {
  const { limits, log, everyMs = EVERY_MS } = options;
  const down = new Set<string>();
  let stopped = false;

  async function look({ name, baseUrl }: WatchedEndpoint): Promise<void> {
    const holder = limitHolderOf(name, undefined);
    if (!(await isReachable(baseUrl))) {
      if (stopped) return;
      if (!down.has(name))
        log(`the endpoint ${name} cannot be reached at ${baseUrl}; others serve meanwhile`);
      down.add(name);
      // A limit that the endpoint itself has told says more.
      if (limits.limitOf(holder)?.code !== "agent-limit")
        limits.note({ ...holder, code: "agent-overloaded", resetAt: undefined });
      return;
    }
    if (!down.delete(name) || stopped) return;
    log(`the endpoint ${name} can be reached again`);
    if (limits.limitOf(holder)?.code === "agent-overloaded") limits.clear(holder);
  }

  const lookAtAll = (): Promise<unknown> => Promise.all(watchedEndpoints(options).map(look));
  const timing = { firstMs: everyMs, everyMs };
  const stopRepeating = repeatInBackground(lookAtAll, {
    ...timing,
    failing: "endpoints are not watched",
    log,
  });
  return () => {
    stopped = true;
    stopRepeating();
  };
}

type WatchedEndpoint = { name: string; baseUrl: string };

/** Each profile with an address that is one of several which serve a contractor. */
export function watchedEndpoints({
  readConfig,
  ambient,
}: Pick<EndpointWatchOptions, "readConfig" | "ambient">): WatchedEndpoint[] {
  const { contractors, endpoints } = readConfig();
  const names = Object.values(contractors).flatMap(({ endpoint = CLAUDE_LOGIN, onLimit }) =>
    onLimit === "error" ? [] : [endpoint, ...onLimit],
  );
  return [...new Set(names)].flatMap((name) => {
    const profile = ownValue(endpoints, name);
    if (profile === undefined || isCloud(profile)) return [];
    const { baseUrl = ANTHROPIC_API } = profile;
    return isBehindProxy(baseUrl, ambient) ? [] : [{ name, baseUrl }];
  });
}
