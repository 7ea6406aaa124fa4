import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { editConfig } from "../../world/edit-config.ts";
import type { OpenClawWorld } from "../../world/openclaw-world.ts";
import type { Turn } from "./model-clock.ts";

const PLUGIN = path.resolve(import.meta.dirname, "probe-plugin");
const MARKS = ["attempt-start", "prompt-start", "prompt-end", "attempt-end"] as const;
const HOST_MARKS = ["host-start", "host-end"] as const;
const SPARE_MARKS = ["spare-start", "spare-end"] as const;
const MARKS_LIMIT_MS = 2_000;
/** A full garbage collection and a count of all objects take their time in a process of 2 GB. */
const REQUEST_LIMIT_MS = 180_000;

const marksSchema = z.array(
  z.object({ what: z.enum([...MARKS, ...HOST_MARKS, ...SPARE_MARKS]), at: z.number() }),
);

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

type Mark = z.infer<typeof marksSchema>[number];

/** Where a turn's time went on this plugin's side of the Gateway, in ms. */
export type TurnParts = {
  hostBefore: number;
  ownBefore: number;
  agent: number;
  ownAfter: number;
  hostAfter: number;
  /** OpenClaw's functions that the plugin called and waited for, in none of the others. */
  asked: number;
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

/** When the opening of a spare session began and ended, on the clock of `monotonicMs`; waits for it. */
export async function spareOpeningOf(gatewayUrl: string): Promise<{ startedAt: number; endedAt: number }> {
  const times = new Map<string, number>();
  const deadline = Date.now() + REQUEST_LIMIT_MS;
  while (Date.now() < deadline) {
    for (const { what, at } of marksSchema.parse(await get(`${gatewayUrl}/gateway-probe/marks`)))
      times.set(what, at);
    const [startedAt, endedAt] = SPARE_MARKS.map((mark) => times.get(mark));
    if (startedAt !== undefined && endedAt !== undefined) return { startedAt, endedAt };
    await delay(50);
  }
  throw new Error("no spare session was opened");
}

/** The parts of the turn that has just been taken, the only one since the last look; null when the plugin tells none. */
export async function turnPartsOf(gatewayUrl: string, turn: Turn): Promise<TurnParts | null> {
  const times = new Map<string, number>();
  const asking: Mark[] = [];
  const deadline = Date.now() + MARKS_LIMIT_MS;
  // The answer may be complete a moment before the attempt is.
  while (Date.now() < deadline) {
    for (const mark of marksSchema.parse(await get(`${gatewayUrl}/gateway-probe/marks`))) {
      if (mark.what.startsWith("host")) asking.push(mark);
      else times.set(mark.what, mark.at);
    }
    if (times.has("attempt-end") || times.size === 0) break;
    await delay(20);
  }
  const [called, prompted, answered, returned] = MARKS.map((mark) => times.get(mark));
  if (called === undefined || prompted === undefined || answered === undefined || returned === undefined)
    return null;
  const askedBefore = askedBetween(asking, called, prompted);
  const askedAfter = askedBetween(asking, answered, returned);
  return {
    hostBefore: called - turn.startedAt,
    ownBefore: prompted - called - askedBefore,
    agent: answered - prompted,
    ownAfter: returned - answered - askedAfter,
    hostAfter: turn.endedAt - returned,
    asked: askedBefore + askedAfter,
  };
}

/** The time in which at least one call was under way. */
function askedBetween(marks: readonly Mark[], from: number, to: number): number {
  let open = 0;
  let since = from;
  let sum = 0;
  for (const { what, at } of marks.filter((mark) => mark.at >= from && mark.at <= to)) {
    if (what === "host-start" && open === 0) since = at;
    open += what === "host-start" ? 1 : -1;
    if (open === 0) sum += at - since;
  }
  return sum;
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
