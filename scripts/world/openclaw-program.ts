import { resolve } from "node:path";

export const REPOSITORY = resolve(import.meta.dirname, "../..");

/** The OpenClaw that this repository has as a devDependency. */
export const OPENCLAW_PROGRAM = resolve(REPOSITORY, "node_modules/openclaw/openclaw.mjs");
