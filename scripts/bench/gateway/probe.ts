import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { editConfig } from "../../world/edit-config.ts";
import type { OpenClawWorld } from "../../world/openclaw-world.ts";
import type { Turn } from "./model-clock.ts";

const PLUGIN = path.resolve(import.meta.dirname, "probe-plugin");
const MARKS = ["attempt-start", "prompt-start", "prompt-end", "attempt-end"] as const;
const MARKS_LIMIT_MS = 2_000;
const REQUEST_LIMIT_MS = 30_000;

const marksSchema = z.array(z.object({ what: z.enum(MARKS), at: z.number() }));

const processSchema = z.looseObject({
  pid: z.number(),
  heapUsed: z.number(),
  rss: z.number(),
  handles: z.number(),
  processListeners: z.number(),
  emitters: z.number(),
  abortSignals: z.number(),
});

/** Of the Gateway's own process, after a garbage collection; sizes in bytes. */
export type ProcessState = z.infer<typeof processSchema>;

/** Where a turn's time went on this plugin's side of the Gateway, in ms. */
export type TurnParts = {
  hostBefore: number;
  ownBefore: number;
  agent: number;
  ownAfter: number;
  hostAfter: number;
};

/** Puts the probe beside our plugin. Before the Gateway starts. */
export async function addProbe(openclaw: OpenClawWorld): Promise<void> {
  await editConfig(openclaw, ({ plugins }) => {
    plugins.load = { ...plugins.load, paths: [...(plugins.load?.paths ?? []), PLUGIN] };
    plugins.entries["gateway-probe"] = { enabled: true };
  });
}

export async function processStateOf(gatewayUrl: string): Promise<ProcessState> {
  return processSchema.parse(await get(`${gatewayUrl}/gateway-probe/process`));
}

/** Forgets what was seen until now. */
export async function forgetMarks(gatewayUrl: string): Promise<void> {
  await get(`${gatewayUrl}/gateway-probe/marks`);
}

/** The parts of the turn that has just been taken, the only one since the last look; null when the plugin tells none. */
export async function turnPartsOf(gatewayUrl: string, turn: Turn): Promise<TurnParts | null> {
  const times = new Map<string, number>();
  const deadline = Date.now() + MARKS_LIMIT_MS;
  // The answer may be complete a moment before the attempt is.
  while (Date.now() < deadline) {
    for (const { what, at } of marksSchema.parse(await get(`${gatewayUrl}/gateway-probe/marks`))) {
      times.set(what, at);
    }
    if (times.has("attempt-end") || times.size === 0) break;
    await delay(20);
  }
  const [called, prompted, answered, returned] = MARKS.map((mark) => times.get(mark));
  if (called === undefined || prompted === undefined || answered === undefined || returned === undefined)
    return null;
  return {
    hostBefore: called - turn.startedAt,
    ownBefore: prompted - called,
    agent: answered - prompted,
    ownAfter: returned - answered,
    hostAfter: turn.endedAt - returned,
  };
}

async function get(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_LIMIT_MS) }).catch(
    (cause: unknown) => {
      throw new Error(`${url} has not answered`, { cause });
    },
  );
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
}
