import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { LEASES_FOLDER, PLUGIN_ID } from "../../src/config/identifiers.ts";
import { createContractorWorld, editPluginConfig } from "../../test/e2e/world/contractor-world.ts";
import { editConfig } from "../world/edit-config.ts";
import type { Gateway } from "../world/gateway.ts";
import type { OpenClawWorld } from "../world/openclaw-world.ts";
import { addProbe, spareOpeningOf } from "./gateway/probe.ts";
import { monotonicMs } from "./gateway/model-clock.ts";
import { cpuOfProcess, settled, treeOf } from "./gateway/process-tree.ts";
import { memoryOf } from "./memory.ts";

/** The same Gateway, with the same agents, in turn. */
export const COLD_START_SETUPS = ["plugin disabled", "no contractor", "one contractor"] as const;
type Setup = (typeof COLD_START_SETUPS)[number];

export const COLD_START_FIGURES = {
  ready: { title: "Gateway ready to take turns", unit: "ms" },
  cpuUntilReady: { title: "CPU of the Gateway until then", unit: "ms" },
  memoryAtRest: { title: "memory of the Gateway at rest", unit: "MB" },
  cpuAtRest: { title: "CPU of the Gateway at rest, in 10 s", unit: "ms" },
  spareStart: { title: "opening of a spare session begins, after that", unit: "ms" },
  spareOpening: { title: "opening of a spare session", unit: "ms" },
} as const;
export type ColdStartFigure = keyof typeof COLD_START_FIGURES;

export type ColdStartSamples = Record<Setup, Partial<Record<ColdStartFigure, number[]>>>;

/** For the plugin's own timers to come round. */
const REST_MS = 10_000;

/** What the start of a Gateway costs with this plugin, and what it costs where nobody uses it. */
export async function measureColdStart(rounds: number): Promise<ColdStartSamples> {
  const world = await createContractorWorld();
  const samples: ColdStartSamples = { "plugin disabled": {}, "no contractor": {}, "one contractor": {} };
  try {
    await addProbe(world.openclaw);
    const first = await firstContractor(world.openclaw);
    for (let round = 0; round < rounds; round += 1) {
      for (const setup of COLD_START_SETUPS) {
        await setUp(world.openclaw, setup, first);
        // The first start with other plugins than before has OpenClaw check and migrate its state: some 6 s and 100 MB.
        await startOnce(world.openclaw, setup);
        const taken = await startOnce(world.openclaw, setup);
        for (const [figure, value] of Object.entries(taken))
          (samples[setup][figure as ColdStartFigure] ??= []).push(value);
      }
    }
    return samples;
  } finally {
    await world.dispose();
  }
}

type Contractors = Record<string, { [setting: string]: unknown }>;

/** The first of the contractors, with its id. */
async function firstContractor(openclaw: OpenClawWorld): Promise<Contractors> {
  let first: Contractors = {};
  await editPluginConfig(openclaw, ({ contractors }) => {
    first = Object.fromEntries(Object.entries(contractors).slice(0, 1));
  });
  return first;
}

async function setUp(openclaw: OpenClawWorld, setup: Setup, first: Contractors): Promise<void> {
  await editPluginConfig(openclaw, (config) => {
    config.contractors = setup === "one contractor" ? first : {};
  });
  if (setup === "no contractor") {
    // As where there never was one.
    await rm(join(openclaw.stateDir, PLUGIN_ID, LEASES_FOLDER), { recursive: true, force: true });
  }
  await editConfig(openclaw, ({ plugins }) => {
    const enabled = setup !== "plugin disabled";
    plugins.entries["contractor-agent"] = { ...plugins.entries["contractor-agent"], enabled };
  });
}

async function startOnce(
  openclaw: OpenClawWorld,
  setup: Setup,
): Promise<Partial<Record<ColdStartFigure, number>>> {
  const startedAt = monotonicMs();
  const gateway = await openclaw.startGateway();
  const readyAt = monotonicMs();
  try {
    const cpuUntilReady = await cpuOfProcess(gateway.pid);
    const spare = setup === "one contractor" ? await spareFigures(gateway, readyAt) : {};
    await settled(() => treeOf(gateway.pid));
    const { proportional: memoryAtRest } = await memoryOf([gateway.pid]);
    const cpuBefore = await cpuOfProcess(gateway.pid);
    await delay(REST_MS);
    const cpuAtRest = (await cpuOfProcess(gateway.pid)) - cpuBefore;
    return { ready: readyAt - startedAt, cpuUntilReady, memoryAtRest, cpuAtRest, ...spare };
  } finally {
    await gateway.stop();
  }
}

async function spareFigures(
  { url }: Gateway,
  readyAt: number,
): Promise<Partial<Record<ColdStartFigure, number>>> {
  const { startedAt, endedAt } = await spareOpeningOf(url);
  return { spareStart: startedAt - readyAt, spareOpening: endedAt - startedAt };
}
