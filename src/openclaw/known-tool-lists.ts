import type { OfferedTool } from "../bridge/turn.ts";
import type { AttemptParams } from "./harness-types.ts";
import type { ToolSurfaceOptions } from "./tool-surface.ts";

/** What turns of the same circumstances were offered last; undefined before the first one. */
export type KnownToolList = { list: readonly OfferedTool[] | undefined };

/**
 * The lists of OpenClaw's tools that turns had. The host takes some 10 ms to build the tools of a turn, and makes them from
 * the same things in each turn of a conversation: the list of the turn before is what Claude Code is shown while this one's
 * tools are built. Never what a turn may do: that is asked of its own tools.
 */
export type KnownToolLists = {
  /** Undefined where the turn cannot be likened to another one. */
  of(
    options: ToolSurfaceOptions,
    choice: { selection: readonly string[]; toolsAllow: AttemptParams["toolsAllow"]; onlyLooks: boolean },
  ): KnownToolList | undefined;
};

/** Some tens of kilobytes each. */
const KEPT = 64;

/** They are another turn's each time, and say where an answer goes, not what there is. */
const OF_ONE_TURN = new Set([
  "config",
  "currentInboundAudio",
  "currentMessageId",
  "currentThreadTs",
  "hasRepliedRef",
  "messageActionTurnCapability",
  "runId",
  "trace",
]);

export function createKnownToolLists(): KnownToolLists {
  // The host hands over another object when its settings change.
  const byConfig = new WeakMap<object, Map<string, KnownToolList>>();

  function listsUnder(config: object): Map<string, KnownToolList> {
    const known = byConfig.get(config) ?? new Map<string, KnownToolList>();
    byConfig.set(config, known);
    return known;
  }

  return {
    of(options = {}, choice) {
      const { config, toolBindings } = options;
      // Anything may be in bindings.
      if (config === undefined || toolBindings !== undefined) return undefined;
      const facts = Object.entries(options).filter(([name]) => !OF_ONE_TURN.has(name));
      const key = JSON.stringify([facts, choice]);
      const lists = listsUnder(config);
      const known = lists.get(key) ?? { list: undefined };
      // The least recently used one is the first.
      lists.delete(key);
      lists.set(key, known);
      const [oldest] = lists.keys();
      if (lists.size > KEPT && oldest !== undefined) lists.delete(oldest);
      return known;
    },
  };
}
