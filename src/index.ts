import { definePluginEntry } from "openclaw/plugin-sdk/plugin-entry";
import { CLI_DESCRIPTION, registerCli } from "./cli/register-cli.ts";
import { CLI_ROOT, PLUGIN_ID } from "./config/identifiers.ts";
import { createBridgeProvider } from "./openclaw/bridge-provider.ts";
import { createHostBridge, drainSharedRuntime, reapOrphansRegularly } from "./openclaw/bridge-runtime.ts";
import { registerGatewayMethods } from "./openclaw/gateway-methods.ts";
import { createContractorHarness } from "./openclaw/harness.ts";
import { registerMessagesRoute, speakMessagesApiAtGateway } from "./openclaw/messages-route.ts";
import { readPluginConfig } from "./openclaw/plugin-config.ts";
import { keepSpares } from "./openclaw/keep-spares.ts";
import { createHostCliContext } from "./openclaw/host-cli-context.ts";
import { collectSecurityFindings } from "./openclaw/security-audit.ts";

/**
 * Everything this plugin registers. A turn of a contractor agent goes
 * harness -> bridge/contractor-claude-bridge -> ACP adapter -> Claude Code, and back.
 *
 * The host evaluates this module several times in one process and also when it only prints help: registering is
 * synchronous, starts nothing, and touches `api.runtime` only inside callbacks.
 */
export default definePluginEntry({
  id: PLUGIN_ID,
  name: "Contractor Agent",
  description: "Agents whose turns are handed to Claude Code, with a session of their own that lasts.",
  // For an audit where this plugin is active; others read the manifest's dangerousFlags.
  securityAuditCollectors: [collectSecurityFindings],
  register(api) {
    const log = (message: string): void => {
      api.logger.warn(message);
    };
    api.registerAgentHarness(
      createContractorHarness({
        bridge: () => createHostBridge(api),
        readHostConfig: () => api.runtime.config.current(),
        log,
      }),
    );
    api.registerProvider(createBridgeProvider());
    registerGatewayMethods(api, () => createHostBridge(api));
    registerMessagesRoute(api, log);
    api.registerCli(
      ({ program, config }) => {
        registerCli(program, () => createHostCliContext(api, config));
      },
      { descriptors: [{ name: CLI_ROOT, description: CLI_DESCRIPTION, hasSubcommands: true }] },
    );
    const drain = (): Promise<void> => drainSharedRuntime(log);
    const stops: (() => void)[] = [];
    api.registerService({
      id: `${PLUGIN_ID}-sessions`,
      start() {
        const agentIds = (): string[] =>
          Object.keys(readPluginConfig(api.runtime.config.current()).contractors);
        const spares = keepSpares({ bridge: () => createHostBridge(api), agentIds, log });
        stops.push(reapOrphansRegularly(log), speakMessagesApiAtGateway(api), () => {
          spares.stop();
        });
      },
      stop() {
        for (const stop of stops.splice(0)) stop();
        return drain();
      },
    });
    api.lifecycle.onDispose?.(drain);
  },
});
