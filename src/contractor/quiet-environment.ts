import type { ContractorAgentMetadata } from "./metadata-resolver.ts";

/**
 * Switches off what Claude Code would send to anybody but the model's endpoint. Several of them overlap, because versions
 * differ in what they know: the older one of claude-code-acp has never heard of some. docs/TELEMETRY.md has the proof.
 */
export const QUIET_ENVIRONMENT = {
  // Everything that is not needed to work: flags, metrics, release notes, surveys, updates.
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  // Usage events.
  DISABLE_TELEMETRY: "1",
  // The same wish under the name that many programs know; those that Claude Code runs see it as well.
  DO_NOT_TRACK: "1",
  // Crash reports.
  DISABLE_ERROR_REPORTING: "1",
  // Feature flags would be fetched, and who is asking told with it. They are off without telemetry anyway.
  DISABLE_GROWTHBOOK: "1",
  // The version is the adapter's affair: a new one would not be the one that was tested.
  DISABLE_AUTOUPDATER: "1",
  // Also refuses an update that somebody asks for by command.
  DISABLE_UPDATES: "1",
  // `/feedback` and its older name `/bug` would send the conversation.
  DISABLE_FEEDBACK_COMMAND: "1",
  DISABLE_BUG_COMMAND: "1",
  // "How is Claude doing?": nobody sees the question behind a chat.
  CLAUDE_CODE_DISABLE_FEEDBACK_SURVEY: "1",
  // The plugin marketplace would be cloned from the net at a start.
  CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: "1",
  // OpenTelemetry to a collector.
  CLAUDE_CODE_ENABLE_TELEMETRY: "0",
};

/** The same as Claude Code settings, which no settings file can take back. */
const QUIET_SETTINGS = {
  env: QUIET_ENVIRONMENT,
  // Otherwise WebFetch tells Anthropic the name of each host that it is about to fetch from.
  skipWebFetchPreflight: true,
};

/** Whether Claude Code may send nothing but its requests to the model. */
export function isQuiet({ endpoint }: Pick<ContractorAgentMetadata, "endpoint">): boolean {
  return endpoint?.noTelemetry ?? true;
}

/** Claude Code settings of a contractor's sessions. */
export function quietSettingsOf(
  metadata: Pick<ContractorAgentMetadata, "endpoint">,
): Record<string, unknown> {
  return isQuiet(metadata) ? QUIET_SETTINGS : {};
}
