import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DoctorWorld } from "../doctor-world.ts";
import { FIX, type BrokenSetUp } from "./broken-set-up.ts";

/** Adapters, and Claude Code. */
export const PROGRAMS: BrokenSetUp[] = [
  {
    name: "an adapter that is missing",
    phase: "adapter",
    title: "claude-agent-acp is installed",
    cause: /It is not/,
    mend: FIX,
    breakIt: ({ adapterHome }) => rm(adapterHome, { recursive: true }),
  },
  {
    name: "an adapter that has lost its program",
    phase: "adapter",
    title: "claude-agent-acp is installed",
    cause: /It is not/,
    mend: FIX,
    async breakIt({ adapterHome }) {
      await rm(adapterHome, { recursive: true });
      await mkdir(join(adapterHome, "node_modules"), { recursive: true });
    },
  },
  {
    name: "an adapter that is damaged",
    phase: "adapter",
    title: "claude-agent-acp starts and answers",
    cause: /ended|exited|crashed/,
    mend: FIX,
    breakIt: (world) => replaceAdapter(world, { program: "process.exit(3);" }),
  },
  {
    name: "an adapter of another version",
    phase: "adapter",
    title: "claude-agent-acp is the version that was tried",
    cause: /It is 0\.0\.1 and not/,
    mend: FIX,
    breakIt: (world) => replaceAdapter(world, { program: "process.exit(3);", version: "0.0.1" }),
  },
  {
    name: "a Claude Code that is not there",
    phase: "claude-code",
    title: "The Claude Code of dev answers",
    cause: /does not answer/,
    mend: /Install Claude Code at .*, or take claudeExecutable out/,
    breakIt: ({ dev, home }) => (dev["claudeExecutable"] = join(home, "claude")),
    async follow({ home }) {
      await writeFile(join(home, "claude"), "#!/bin/sh\necho '2.1.316 (Claude Code)'\n", { mode: 0o755 });
    },
  },
];

async function replaceAdapter(
  { adapterHome }: DoctorWorld,
  { program, version }: { program: string; version?: string },
): Promise<void> {
  const path = "node_modules/@agentclientprotocol/claude-agent-acp";
  const original = await readFile(join(adapterHome, path, "package.json"), "utf8");
  const manifest = JSON.parse(original) as Record<string, unknown>;
  await rm(adapterHome, { recursive: true });
  await mkdir(join(adapterHome, path, "dist"), { recursive: true });
  await writeFile(
    join(adapterHome, path, "package.json"),
    JSON.stringify(version === undefined ? manifest : { ...manifest, version }),
  );
  await writeFile(join(adapterHome, path, "dist/index.js"), program);
}
