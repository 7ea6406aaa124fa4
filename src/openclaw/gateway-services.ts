import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { LoadRuntime } from "./load-runtime.ts";

/** A contractor that is added while the Gateway runs is looked after from then on. */
const LOOK_MS = 5_000;

export type GatewayServicesOptions = {
  load: LoadRuntime;
  /** Asked each time; cheap. */
  hasContractors: () => boolean;
  log: (message: string) => void;
  lookMs?: number;
};

/** What runs beside the turns while there are contractors. Without any, it is a look at the configuration now and then. Returns what stops it. */
export function startGatewayServices(options: GatewayServicesOptions): () => void {
  const { load, hasContractors, log, lookMs = LOOK_MS } = options;
  let stopServices: (() => void) | undefined;
  let stopped = false;

  async function begin(): Promise<void> {
    try {
      const runtime = await load();
      if (!stopped) stopServices = runtime.startServices();
    } catch (cause) {
      log(`nothing is kept ready for contractors: ${unexpectedFailure(cause).toParagraph()}`);
    }
  }

  function look(): void {
    if (!hasContractors()) return;
    clearInterval(timer);
    void begin();
  }

  const timer = setInterval(look, lookMs);
  timer.unref();
  look();
  return () => {
    stopped = true;
    clearInterval(timer);
    stopServices?.();
  };
}
