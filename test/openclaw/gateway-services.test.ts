import { describe, expect, it } from "vitest";
import type { ContractorRuntime } from "../../src/openclaw/contractor-runtime.ts";
import { startGatewayServices } from "../../src/openclaw/gateway-services.ts";

const LOOK_MS = 5;

/** Services of a Gateway whose configuration has a contractor or not, and what happened to them. */
function servicesOf(state: { contractors: boolean }) {
  const events: string[] = [];
  const startServices = (): (() => void) => {
    events.push("started");
    return () => events.push("stopped");
  };
  let looks = 0;
  const stop = startGatewayServices({
    load: () => {
      events.push("loaded");
      return Promise.resolve({ startServices } as ContractorRuntime);
    },
    hasContractors: () => {
      looks += 1;
      return state.contractors;
    },
    log: (message) => events.push(message),
    lookMs: LOOK_MS,
  });
  return { events, stop, looks: () => looks };
}

describe("the services beside the turns", () => {
  it("load nothing without a contractor, and begin when there is one", async () => {
    const state = { contractors: false };
    const services = servicesOf(state);
    await expect.poll(services.looks).toBeGreaterThan(2);
    expect(services.events).toEqual([]);
    state.contractors = true;
    await expect.poll(() => services.events).toEqual(["loaded", "started"]);
    services.stop();
    expect(services.events).toEqual(["loaded", "started", "stopped"]);
  });

  it("begin at once where there is one, and do not when the Gateway has stopped meanwhile", async () => {
    const services = servicesOf({ contractors: true });
    services.stop();
    await expect.poll(() => services.events).toEqual(["loaded"]);
    await new Promise(setImmediate);
    expect(services.events).toEqual(["loaded"]);
  });
});
