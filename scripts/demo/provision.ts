import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { REPOSITORY } from "../world/openclaw-program.ts";
import type { OpenClawWorld } from "../world/openclaw-world.ts";
import { installPlugin, packPlugin } from "../world/pack-plugin.ts";
import type { DemoModel } from "./model.ts";
import { note, step } from "./narration.ts";

export const AGENT_ID = "dev";

export async function buildPlugin(): Promise<void> {
  await execa(process.execPath, ["scripts/build.ts"], { cwd: REPOSITORY, stdin: "ignore" });
}

/** From an empty OpenClaw to a contractor agent, with the commands that a person types. */
export async function provisionContractor(world: OpenClawWorld, model: DemoModel): Promise<void> {
  const tarball = await step("packing it as npm would publish it", () =>
    packPlugin(join(world.stateDir, "packed")),
  );
  await step("installing it into an OpenClaw of its own", () => installPlugin(world, tarball));
  const workspace = join(world.stateDir, "code", "app");
  await mkdir(workspace, { recursive: true });
  await writeFile(join(workspace, "README.md"), "# A tiny weather station for the garden shed\n");
  if (model.endpoint !== null) {
    const { name, baseUrl, apiKeyEnv } = model.endpoint;
    await command(world, ["endpoint", "add", name, "--base-url", baseUrl, "--api-key-env", apiKeyEnv]);
  }
  await command(world, [
    ...["add", "--agent-id", AGENT_ID, "--workspace", workspace, "--contractor", "claude"],
    ...(model.endpoint === null ? [] : ["--endpoint", model.endpoint.name]),
  ]);
}

/** Runs and shows one `openclaw contractor-agents` command. */
export async function command(world: OpenClawWorld, args: string[]): Promise<void> {
  const line = ["openclaw", "contractor-agents", ...args].join(" ");
  const result = await step(`$ ${line}`, () => world.run(["contractor-agents", ...args]));
  if (result.exitCode !== 0) throw new Error(`${line}: ${result.stderr || result.stdout}`);
  note(result.stdout.replaceAll(/^/gm, "    "));
}
