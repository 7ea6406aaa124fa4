import type { Gateway } from "../../../scripts/world/gateway.ts";
import { addClaudeCliAgent } from "./claude-cli-agent.ts";
import { createContractorWorld, type ContractorWorld } from "./contractor-world.ts";
import { connectGatewaySocket, PERSON_SCOPES, type GatewaySocket } from "./gateway-socket.ts";
import { addHostObserver, type HostObserver } from "./host-observer.ts";
import { createTurnScript, type TurnScript } from "./turn-script.ts";

export const BACKENDS = ["claudeCli", "agentAcp", "codeAcp"] as const;
export type BackendName = (typeof BACKENDS)[number];

/** An agent whose turns are compared, with everything that a probe may look at. */
export type ComparedBackend = {
  agentId: string;
  workspace: string;
  /** A client that shows approvals and questions to somebody, as the Control UI does. */
  person: GatewaySocket;
  script: TurnScript;
  observer: HostObserver;
};

/** One Gateway with OpenClaw's own claude-cli backend and both adapters of this plugin, and one scripted model. */
export type ComparisonWorld = {
  backends: Record<BackendName, ComparedBackend>;
  /** What the Gateways have printed about contractors. */
  pluginLog(): string;
  restart(): Promise<void>;
  dispose(): Promise<void>;
};

export async function createComparisonWorld(template?: string): Promise<ComparisonWorld> {
  const world = await createContractorWorld(template);
  try {
    return await compare(world);
  } catch (cause) {
    await world.dispose();
    throw cause;
  }
}

async function compare(world: ContractorWorld): Promise<ComparisonWorld> {
  const script = createTurnScript();
  world.model.respondWith(script.responder);
  const workspaces = {
    claudeCli: await addClaudeCliAgent(world, "cli"),
    agentAcp: world.workspaceOf("dev"),
    codeAcp: world.workspaceOf("zed"),
  };
  const observer = await addHostObserver(world.openclaw, { veto: ["vetoed.txt"] });
  let gateway = await world.openclaw.startGateway();
  let person = await connectPerson(gateway);
  let printedBefore = "";
  const backend = (agentId: string, workspace: string): ComparedBackend => ({
    agentId,
    workspace,
    get person() {
      return person;
    },
    script,
    observer,
  });
  return {
    backends: {
      claudeCli: backend("cli", workspaces.claudeCli),
      agentAcp: backend("dev", workspaces.agentAcp),
      codeAcp: backend("zed", workspaces.codeAcp),
    },
    pluginLog: () =>
      `${printedBefore}${gateway.log()}`
        .split("\n")
        .filter((line) => /contractor|Claude/.test(line))
        .join("\n"),
    async restart() {
      await person.close();
      await gateway.stop();
      printedBefore += gateway.log();
      gateway = await world.openclaw.startGateway();
      person = await connectPerson(gateway);
    },
    async dispose() {
      await person.close();
      await world.dispose();
    },
  };
}

function connectPerson({ url, token }: Gateway): Promise<GatewaySocket> {
  return connectGatewaySocket({ url, token, scopes: PERSON_SCOPES });
}
