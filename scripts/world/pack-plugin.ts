import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import type { OpenClawWorld } from "./openclaw-world.ts";
import { REPOSITORY } from "./openclaw-program.ts";

const packedSchema = z.array(z.object({ filename: z.string() })).length(1);

/** Packs the built plugin as npm would publish it; resolves to the tarball's path. */
export async function packPlugin(destination: string): Promise<string> {
  await mkdir(destination, { recursive: true });
  const { stdout } = await execa(
    "npm",
    ["pack", "--json", "--loglevel=error", "--pack-destination", destination],
    {
      cwd: REPOSITORY,
      stdin: "ignore",
    },
  );
  return join(destination, packedSchema.parse(JSON.parse(stdout))[0]?.filename ?? "");
}

/** Installs a packed plugin the way a person does. Rejects with what OpenClaw said. */
export async function installPlugin(world: OpenClawWorld, tarball: string): Promise<void> {
  const installed = await world.run(
    ["plugins", "install", `npm-pack:${tarball}`, "--force", "--accept-capabilities"],
    { timeoutMs: 300_000 },
  );
  if (installed.exitCode !== 0) {
    throw new Error(`the plugin could not be installed:\n${installed.stdout}\n${installed.stderr}`);
  }
}
