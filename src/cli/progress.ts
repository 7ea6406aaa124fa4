import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { Screen } from "./watch.ts";

/** Tells a person at a terminal what a command waits for, once that takes a while. */
export type Progress = {
  /** Runs `work`, and names it while it is the latest that has begun. */
  during<Value>(step: string, work: () => Promise<Value>): Promise<Value>;
};

const TELL_AFTER_MS = 1_000;
const TELL_EVERY_MS = 1_000;

export const NO_PROGRESS: Progress = { during: (_, work) => work() };

/** `screen` is stderr, so that what a script reads stays as it is; without a terminal nothing is told. */
export function createProgress(screen: Screen): Progress {
  if (screen.isTTY !== true) return NO_PROGRESS;
  const steps: string[] = [];
  return {
    async during(step, work) {
      const begunAt = Date.now();
      let drawn = 0;
      const draw = (): void => {
        if (steps.at(-1) !== step) return;
        const line = `${step} … ${Math.round((Date.now() - begunAt) / 1_000)} s`;
        screen.write(`\r${line.padEnd(drawn)}`);
        drawn = line.length;
      };
      steps.push(step);
      let ticking = setTimeout(() => {
        draw();
        ticking = setInterval(draw, TELL_EVERY_MS);
      }, TELL_AFTER_MS);
      try {
        return await work();
      } finally {
        clearTimeout(ticking);
        steps.splice(steps.indexOf(step), 1);
        if (drawn > 0) screen.write(`\r${" ".repeat(drawn)}\r`);
      }
    },
  };
}

/** The same context; what may take long is told. */
export function tellingContext(context: HostCliContext, progress: Progress): HostCliContext {
  return {
    ...context,
    ensureAdapter: (adapter) =>
      progress.during(`Installing the adapter ${adapter}`, () => context.ensureAdapter(adapter)),
    createBaseAgent: (agent) =>
      progress.during(`Creating the OpenClaw agent ${agent.agentId}`, () => context.createBaseAgent(agent)),
    deleteBaseAgent: (agentId) =>
      progress.during(`Deleting the OpenClaw agent ${agentId}`, () => context.deleteBaseAgent(agentId)),
    resetThroughGateway: (key) =>
      progress.during("Asking the Gateway to reset the conversation", () => context.resetThroughGateway(key)),
    overviewFromGateway: (query) =>
      progress.during("Asking the Gateway what is running", () => context.overviewFromGateway(query)),
  };
}
