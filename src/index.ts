import { definePluginEntry } from "openclaw/plugin-sdk/plugin-entry";
import { CLI_DESCRIPTION, CLI_ROOT, PLUGIN_ID } from "./config/identifiers.ts";
import { createBridgeProvider } from "./openclaw/bridge-provider.ts";
import { startGatewayServices } from "./openclaw/gateway-services.ts";
import { createContractorHarness } from "./openclaw/harness.ts";
import { registerMessagesRoute, speakMessagesApiAtGateway } from "./openclaw/messages-route.ts";
import { createRuntimeLoader } from "./openclaw/load-runtime.ts";
import { hideOwnLoginFromStart } from "./openclaw/own-login-in-gateway.ts";
import { contractorIdsIn } from "./openclaw/plugin-config.ts";
import { registerChatCommand } from "./openclaw/register-chat-command.ts";
import { registerGatewayMethods } from "./openclaw/register-gateway-methods.ts";
import { registerSessionCatalog } from "./openclaw/register-session-catalog.ts";
import { collectSecurityFindings } from "./openclaw/security-audit.ts";
import { drainSharedRuntime } from "./openclaw/shared-runtime.ts";

/**
 * Everything this plugin registers. A turn of a contractor agent goes
 * harness -> bridge/contractor-claude-bridge -> ACP adapter -> Claude Code, and back.
 *
 * The host evaluates this module several times in one process and also when it only prints help: registering is
 * synchronous, starts nothing, touches `api.runtime` only inside callbacks, and no file but one when a Gateway starts.
 * What a turn needs is loaded by `load`.
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
    hideOwnLoginFromStart(api.registrationMode, log);
    const load = createRuntimeLoader(api, log);
    const contractorIds = (): string[] => contractorIdsIn(api.runtime.config.current());
    const isContractor = (agentId: string): boolean => contractorIds().includes(agentId);
    api.registerAgentHarness(createContractorHarness({ load, isContractor }));
    api.registerProvider(createBridgeProvider());
    registerGatewayMethods(api, load);
    registerMessagesRoute(api, log);
    registerChatCommand(api, { load, isContractor });
    registerSessionCatalog(api, { load, isContractor });
    api.registerCli(
      async ({ program, config }) => {
        const [{ registerCli }, { createHostCliContext }] = await Promise.all([
          import("./cli/register-cli.ts"),
          import("./openclaw/host-cli-context.ts"),
        ]);
        registerCli(program, {
          createContext: () => createHostCliContext(api, config),
          async createDoctorHost() {
            const { createDoctorHost } = await import("./openclaw/doctor-host.ts");
            return createDoctorHost({
              ...{ hostConfig: config, configMutator: api },
              openclawVersion: api.runtime.version,
            });
          },
        });
      },
      { descriptors: [{ name: CLI_ROOT, description: CLI_DESCRIPTION, hasSubcommands: true }] },
    );
    const drain = (): Promise<void> => drainSharedRuntime(log);
    const stops: (() => void)[] = [];
    api.registerService({
      id: `${PLUGIN_ID}-sessions`,
      start() {
        const hasContractors = (): boolean => contractorIds().length > 0;
        stops.push(startGatewayServices({ load, hasContractors, log }), speakMessagesApiAtGateway(api));
      },
      stop() {
        for (const stop of stops.splice(0)) stop();
        return drain();
      },
    });
    api.lifecycle.onDispose?.(drain);
  },
});
