import type { TestProject } from "vitest/node";
import { createContractorWorld } from "./contractor-world.ts";

declare module "vitest" {
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- only an interface can be merged
  interface ProvidedContext {
    /** The root of a world with contractors in which nothing runs; see `createContractorWorld`. */
    worldTemplate: string;
  }
}

/** Installs the packed plugin into an OpenClaw once for all test files. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const world = await createContractorWorld();
  project.provide("worldTemplate", world.openclaw.root);
  return () => world.dispose();
}
