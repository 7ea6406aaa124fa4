import { applyEmbeddedAttemptToolsAllow } from "openclaw/plugin-sdk/agent-harness-runtime";
import { ContractorError } from "../errors/contractor-error.ts";
import type { AttemptParams } from "./harness-types.ts";
import { CLAUDE_TOOLS } from "./tool-policy-declaration.ts";
import { surfaceOptionsOf } from "./tool-surface.ts";

/** They touch nothing outside the session: lists, questions, plan mode. */
const HARMLESS_TOOLS = [
  "AskUserQuestion",
  "EnterPlanMode",
  "ExitPlanMode",
  "TaskCreate",
  "TaskGet",
  "TaskList",
  "TaskUpdate",
  "TodoWrite",
  "ToolSearch",
] as const;

/**
 * The only tools of Claude Code's own that OpenClaw's policy leaves to this turn, sorted; undefined when it restricts
 * nothing. No layer of the policy is read here: the host builds its own tools for the turn, and what is missing is denied.
 * Throws `tools-not-enforceable` when the host cannot be asked.
 */
export function restrictedNativeTools(params: AttemptParams): string[] | undefined {
  if (params.disableTools === true || params.toolsAllow?.length === 0) return [];
  if (params.pluginHarnessToolPolicyRestricted !== true) return undefined;
  const allowed = hostToolNames(params);
  const granted = Object.entries(CLAUDE_TOOLS).flatMap(([name, tools]) => (allowed.has(name) ? tools : []));
  return [...granted, ...HARMLESS_TOOLS].toSorted();
}

const NATIVE_FAMILIES = {
  includeBaseCodingTools: true,
  includeShellTools: true,
  includeChannelTools: false,
  includePluginTools: false,
};

function hostToolNames(params: AttemptParams): Set<string> {
  const { createToolSurface } = params.hostCapabilities;
  if (createToolSurface === undefined) throw notEnforceable("this OpenClaw cannot say which tools it leaves");
  try {
    const tools = applyEmbeddedAttemptToolsAllow(
      // Only the families that Claude Code has tools of: the others would be built to be thrown away.
      createToolSurface(surfaceOptionsOf(params, NATIVE_FAMILIES)),
      params.toolsAllow,
    );
    // A memory run's own `write` can only append to one file; Claude Code's can do more.
    return new Set(
      tools.map(({ name }) => name).filter((name) => params.trigger !== "memory" || name === "read"),
    );
  } catch (cause) {
    throw notEnforceable("OpenClaw could not say which tools it leaves", cause);
  }
}

function notEnforceable(why: string, cause?: unknown): ContractorError {
  return new ContractorError("tools-not-enforceable", {
    message: `This agent may use only some tools, and ${why}.`,
    mend: "Remove the restriction (tools.allow, tools.deny, tools.profile), or choose another model for this conversation.",
    cause,
  });
}
