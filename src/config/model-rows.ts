import { BRIDGE_MODEL_ID, CLAUDE_MODELS } from "./identifiers.ts";

/**
 * The models that pickers show; the manifest holds the same rows, generated, for when no code runs yet. The windows are
 * what OpenClaw plans with until the first turn has told the true one.
 */
export function modelRows() {
  return [
    row(BRIDGE_MODEL_ID, "Claude Code (contractor)"),
    ...Object.entries(CLAUDE_MODELS).map(([id, alias]) =>
      row(id, `Claude Code with ${titleOf(alias)} (contractor)`),
    ),
  ];
}

function row(id: string, name: string) {
  return {
    id,
    name,
    input: ["text" as const, "image" as const],
    reasoning: true,
    contextWindow: 200_000,
    maxTokens: 32_000,
    // Without these, OpenClaw's /think offers nothing above `high`, and no way back to Claude's own choice.
    thinkingLevelMap: { xhigh: "xhigh", max: "max" },
    compat: { supportedReasoningEfforts: ["low", "medium", "high", "adaptive", "xhigh", "max"] },
  };
}

function titleOf(alias: string): string {
  return `${alias.charAt(0).toUpperCase()}${alias.slice(1)}`;
}
