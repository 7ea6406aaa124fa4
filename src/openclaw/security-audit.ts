import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { CLI_ROOT, PLUGIN_ID } from "../config/identifiers.ts";
import type { ContractorConfig, PluginConfig } from "../config/schema.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { readPluginConfig } from "./plugin-config.ts";

type Collector = Parameters<OpenClawPluginApi["registerSecurityAuditCollector"]>[0];
type Finding = Awaited<ReturnType<Collector>>[number];

/** What `openclaw security audit --deep` says of this plugin. */
export const collectSecurityFindings: Collector = ({ config }) => {
  try {
    return securityFindingsOf(readPluginConfig(config));
  } catch (cause) {
    return [
      {
        checkId: `plugins.${PLUGIN_ID}.config_unreadable`,
        severity: "warn",
        title: "The contractors' settings could not be checked",
        detail: unexpectedFailure(cause).toParagraph(),
      },
    ];
  }
};

/** One finding for each contractor that does things without asking. */
export function securityFindingsOf(config: PluginConfig): Finding[] {
  return Object.entries(config.contractors).flatMap(([agentId, contractor]) => {
    const finding = findingOf(agentId, contractor);
    return finding === undefined ? [] : [finding];
  });
}

function findingOf(agentId: string, { permissionMode, workspace }: ContractorConfig): Finding | undefined {
  const remediation = `Set plugins.entries.${PLUGIN_ID}.config.contractors.${agentId}.permissionMode to "ask", and see \`openclaw ${CLI_ROOT} status\`.`;
  const common = { checkId: `plugins.${PLUGIN_ID}.permission_mode`, remediation };
  switch (permissionMode) {
    case "bypass":
      return {
        ...common,
        severity: "critical",
        title: `The contractor agent "${agentId}" asks nobody`,
        detail: `Whoever may talk to it can have any command run as the Gateway's user, in ${workspace} and everywhere else.`,
      };
    case "auto":
      return {
        ...common,
        severity: "warn",
        title: `The contractor agent "${agentId}" lets Claude Code judge what needs an approval`,
        detail: `A model decides which commands and edits it makes without asking, in ${workspace} and elsewhere.`,
      };
    case "accept-edits":
      return {
        ...common,
        severity: "warn",
        title: `The contractor agent "${agentId}" edits files without asking`,
        detail: `Whoever may talk to it can have the files in ${workspace} changed, also those that later run as programs.`,
      };
    case "ask":
    case "plan":
      return undefined;
  }
}
