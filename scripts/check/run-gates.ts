import type { Gate, GateName } from "./gates.ts";
import { runGate, type GateResult } from "./run-gate.ts";

type Options = {
  /** How much may run at once, in the unit of `Gate.slots`. */
  slots: number;
  /** Stops the running gates and starts no more. */
  signal: AbortSignal;
  /** Called as each gate ends, in that order. */
  onResult: (result: GateResult) => void;
};

/** Runs the gates, starting them in the given order; a failure stops none but those that need the failed gate. */
export async function runGates(gates: Gate[], { slots, signal, onResult }: Options): Promise<GateResult[]> {
  const started = new Map<GateName, Promise<GateResult>>();
  const running = new Set<Promise<unknown>>();
  let free = slots;

  for (const gate of gates) {
    while (free < gate.slots) await Promise.race(running);
    if (signal.aborted) break;

    const needed = gate.needs && (await started.get(gate.needs));
    const result = needed?.failed ? Promise.resolve(blocked(gate, needed)) : runGate(gate, signal);
    free -= gate.slots;
    const ended = result.then(onResult).finally(() => {
      free += gate.slots;
      running.delete(ended);
    });
    running.add(ended);
    started.set(gate.name, result);
  }
  await Promise.all(running);
  return Promise.all(started.values());
}

function blocked(gate: Gate, needed: GateResult): GateResult {
  const remarks = [`not run, because ${needed.gate.name} failed`];
  return { gate, seconds: 0, output: "", passed: 0, failed: 1, remarks };
}
