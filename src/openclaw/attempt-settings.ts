import type { getSessionEntry } from "openclaw/plugin-sdk/session-store-runtime";
import type { Effort } from "../acp/acp-adapter.ts";
import type { TurnSettings } from "../bridge/turn.ts";
import { BRIDGE_MODEL_ID, BRIDGE_MODEL_REF, CLAUDE_MODELS, PROVIDER_ID } from "../config/identifiers.ts";
import { ownValue } from "../config/own-value.ts";
import type { AttemptParams } from "./harness-types.ts";

export type SessionEntry = NonNullable<ReturnType<typeof getSessionEntry>>;
type ThinkLevel = AttemptParams["thinkLevel"];
type Config = AttemptParams["config"];

/** Claude Code always thinks some; the lowest effort is the nearest to not at all. */
const EFFORTS: Record<ThinkLevel, Effort | null> = {
  off: "low",
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "xhigh",
  max: "max",
  ultra: "max",
  // As much as Claude Code itself thinks right.
  adaptive: null,
};

/** What OpenClaw takes for a model whose level nobody chose: with and without its catalogue at hand. */
const LEVELS_OF_NOBODY: ThinkLevel[] = ["medium", "off"];

/**
 * What a person, or the configuration, chose for this conversation in OpenClaw. The host always hands over a level and a
 * fast mode, chosen or not; what nobody chose is null here, so that Claude Code's own defaults hold.
 * `entry` is the host's entry of the session, which holds what `/think` and `/fast` were told.
 */
export function turnSettingsOf(
  params: Pick<AttemptParams, "modelId" | "thinkLevel" | "fastMode" | "agentId" | "config">,
  entry: Pick<SessionEntry, "thinkingLevel" | "fastMode"> | undefined,
): TurnSettings {
  const { modelId, thinkLevel, agentId, config } = params;
  const chosen =
    entry?.thinkingLevel !== undefined ||
    configuresThinking({ config, agentId, modelId }) ||
    !LEVELS_OF_NOBODY.includes(thinkLevel);
  return {
    model: modelId === BRIDGE_MODEL_ID ? null : (ownValue<string>(CLAUDE_MODELS, modelId) ?? modelId),
    effort: chosen ? EFFORTS[thinkLevel] : null,
    fast: fastOf(params.fastMode, entry),
  };
}

/** Off is what the host says when nobody chose. */
function fastOf(
  fastMode: AttemptParams["fastMode"],
  entry: Pick<SessionEntry, "fastMode"> | undefined,
): boolean | null {
  const fast = typeof fastMode === "function" ? fastMode() : fastMode;
  if (fast === true) return true;
  return fast === false && entry?.fastMode !== undefined ? false : null;
}

function configuresThinking(attempt: {
  config: Config;
  agentId: string | undefined;
  modelId: string;
}): boolean {
  const agents = attempt.config?.agents;
  const agent = ownValue(agents?.entries ?? {}, attempt.agentId ?? "");
  const models = agents?.defaults?.models ?? {};
  const model = ownValue(models, `${PROVIDER_ID}/${attempt.modelId}`) ?? ownValue(models, BRIDGE_MODEL_REF);
  return [agent?.thinkingDefault, agents?.defaults?.thinkingDefault, model?.params?.["thinking"]].some(
    (level) => level !== undefined,
  );
}
