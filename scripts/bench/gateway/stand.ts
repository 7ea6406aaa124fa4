import { setTimeout as delay } from "node:timers/promises";
import { addClaudeCliAgent } from "../../../test/e2e/world/claude-cli-agent.ts";
import {
  createContractorWorld,
  editPluginConfig,
  type ContractorWorld,
} from "../../../test/e2e/world/contractor-world.ts";
import { killProcessesWithHome } from "../../../test/suites/acp-adapter-contract/world-processes.ts";
import type { PluginConfig } from "../../../src/config/schema.ts";
import { editConfig } from "../../world/edit-config.ts";
import type { Gateway } from "../../world/gateway.ts";
import type { BareBackend, HostedBackend } from "./backend.ts";
import { createBareBackend } from "./bare-backend.ts";
import { hostedBackend } from "./hosted-backend.ts";
import { leaveOnly } from "./leave-only.ts";
import { createModelClock } from "./model-clock.ts";
import { addProbe } from "./probe.ts";
import { settled, treeOf } from "./process-tree.ts";

/** The plugin's own settings of a stage; what is not given is the default. */
export type PluginSettings = Partial<
  Pick<PluginConfig, "idleMinutes" | "maxLiveSessions" | "maxMemoryMb" | "spareSessions">
>;

/** Everything that the stages ask, and what they may do with it. */
export type Stand = {
  readonly hosted: readonly HostedBackend[];
  readonly bare: readonly BareBackend[];
  /** A second agent of each hosted backend, by the id of the first one; made at the first call, while no Gateway runs. */
  twins(): Promise<ReadonlyMap<string, HostedBackend>>;
  readonly gateway: Gateway;
  /** Ends the Gateway that runs, and starts another one; with `only`, one that has agents of that backend alone. */
  start(settings?: PluginSettings, only?: HostedBackend): Promise<void>;
  /** Ends the Gateway, whatever it has left, and the processes of the bare backends. */
  stop(): Promise<void>;
  /** Waits until the Gateway and everything below it is at rest. */
  settle(): Promise<void>;
  /** The name of a conversation that nobody has had yet. */
  newConversation(): string;
  /** Idempotent. */
  dispose(): Promise<void>;
};

const STOP_LIMIT_MS = 30_000;

export async function createStand(): Promise<Stand> {
  const world = await createContractorWorld();
  try {
    return await standOn(world);
  } catch (cause) {
    await world.dispose();
    throw cause;
  }
}

async function standOn(world: ContractorWorld): Promise<Stand> {
  const { openclaw } = world;
  const clock = createModelClock();
  clock.serve(world.model);
  const cliWorkspace = await addClaudeCliAgent(world, "cli");
  await addProbe(openclaw);
  const bare = await openBare(clock);
  let running: Gateway | undefined;
  let conversations = 0;
  let twins: Map<string, HostedBackend> | undefined;
  let disposed: Promise<void> | undefined;
  let bringBackOthers: (() => Promise<void>) | undefined;

  function gateway(): Gateway {
    if (running === undefined) throw new Error("no Gateway runs");
    return running;
  }

  const hosted = [
    hostedBackend({ column: "claude-cli", agentId: "cli", workspace: cliWorkspace }, { gateway, clock }),
    ...contractors(world, ["dev", "zed"]).map((agent) => hostedBackend(agent, { gateway, clock })),
  ];

  async function stop(): Promise<void> {
    for (const backend of bare) await backend.rest();
    const stopping = running;
    running = undefined;
    if (stopping === undefined) return;
    const limit = new AbortController();
    const tooLong = delay(STOP_LIMIT_MS, undefined, { signal: limit.signal }).then(
      () => stopping.kill("SIGKILL"),
      // It has stopped in time.
      () => undefined,
    );
    await Promise.race([stopping.stop(), tooLong]);
    limit.abort();
    await killProcessesWithHome(openclaw.home);
  }

  async function dispose(): Promise<void> {
    await stop();
    for (const backend of bare) await backend.dispose();
    await world.dispose();
  }

  return {
    hosted,
    bare,
    get gateway() {
      return gateway();
    },
    async twins() {
      await bringBackOthers?.();
      twins ??= new Map(
        (await addTwins(world)).map(([agentId, agent]) => [
          agentId,
          hostedBackend(agent, { gateway, clock }),
        ]),
      );
      return twins;
    },
    async start(settings = {}, only) {
      if (disposed !== undefined) throw new Error("the stand has been taken down");
      await stop();
      await bringBackOthers?.();
      await editPluginConfig(openclaw, (config) => {
        for (const name of ["idleMinutes", "maxLiveSessions", "maxMemoryMb", "spareSessions"] as const) {
          config[name] = settings[name];
        }
      });
      bringBackOthers = only && (await leaveOnly(openclaw, only));
      running = await openclaw.startGateway();
    },
    stop,
    async settle() {
      const { pid } = gateway();
      if (!(await settled(() => treeOf(pid)))) console.error("the Gateway did not come to rest");
    },
    newConversation: () => `bench-${(conversations += 1)}`,
    dispose: () => (disposed ??= dispose()),
  };
}

async function openBare(clock: ReturnType<typeof createModelClock>): Promise<BareBackend[]> {
  return [
    await createBareBackend("claude-agent-acp", clock),
    await createBareBackend("claude-code-acp", clock),
  ];
}

type Agent = Pick<HostedBackend, "column" | "agentId" | "workspace">;

function contractors(world: ContractorWorld, [agentAcp, codeAcp]: [string, string]): Agent[] {
  return [
    { column: "claude-agent-acp", agentId: agentAcp, workspace: world.workspaceOf(agentAcp) },
    { column: "claude-code-acp", agentId: codeAcp, workspace: world.workspaceOf(codeAcp) },
  ];
}

/** Each with the id of the agent that it is the twin of. */
async function addTwins(world: ContractorWorld): Promise<[string, Agent][]> {
  await world.addContractor("dev2", "--endpoint", "scripted");
  await world.addContractor("zed2", "--endpoint", "scripted", "--adapter", "claude-code-acp");
  const workspace = await world.createWorkspace("cli2");
  await editConfig(world.openclaw, ({ agents }) => {
    agents.entries["cli2"] = { ...agents.entries["cli"], workspace };
  });
  const [dev2, zed2] = contractors(world, ["dev2", "zed2"]);
  if (dev2 === undefined || zed2 === undefined) throw new Error("there are two adapters");
  return [
    ["cli", { column: "claude-cli", agentId: "cli2", workspace }],
    ["dev", dev2],
    ["zed", zed2],
  ];
}
