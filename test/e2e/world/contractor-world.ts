import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOpenClawWorld, type OpenClawWorld } from "../../../scripts/world/openclaw-world.ts";
import { installPlugin, packPlugin } from "../../../scripts/world/pack-plugin.ts";
import {
  startScriptedMessagesApi,
  type ScriptedMessagesApi,
} from "../../fixtures/scripted-messages-api/scripted-messages-api.ts";

/** A key that must appear on the wire to the model and nowhere else. */
export const SECRET_KEY = "sk-test-4f0c1d-never-written-anywhere";

/** A real OpenClaw with the packed plugin installed and a scripted model behind the endpoint profile `scripted`. */
export type ContractorWorld = {
  openclaw: OpenClawWorld;
  model: ScriptedMessagesApi;
  /** Makes a workspace folder with a README.md in it; resolves to its path. */
  createWorkspace(name: string): Promise<string>;
  /** `openclaw contractor-agents <args> --json`; the parsed stdout and the exit status. */
  contractorAgents(...args: string[]): Promise<{ exitCode: number; json: unknown }>;
  dispose(): Promise<void>;
};

export async function createContractorWorld(): Promise<ContractorWorld> {
  const model = await startScriptedMessagesApi();
  const openclaw = await createOpenClawWorld({ environment: { SCRIPTED_KEY: SECRET_KEY } });
  const packed = await mkdtemp(join(tmpdir(), "contractor-packed-"));

  async function contractorAgents(...args: string[]): Promise<{ exitCode: number; json: unknown }> {
    const { exitCode, stdout, stderr } = await openclaw.run(["contractor-agents", ...args, "--json"]);
    try {
      return { exitCode, json: JSON.parse(stdout) };
    } catch (cause) {
      throw new Error(`no JSON on stdout of ${args.join(" ")}: ${stdout}\n${stderr}`, { cause });
    }
  }

  await installPlugin(openclaw, await packPlugin(packed));
  await rm(packed, { recursive: true });
  await contractorAgents(
    "endpoint",
    "add",
    "scripted",
    "--base-url",
    model.url,
    "--api-key-env",
    "SCRIPTED_KEY",
  );

  return {
    openclaw,
    model,
    contractorAgents,
    async createWorkspace(name) {
      const workspace = join(openclaw.home, "code", name);
      await mkdir(workspace, { recursive: true });
      await writeFile(join(workspace, "README.md"), `# The ${name} project\n\nNothing more.\n`);
      return workspace;
    },
    async dispose() {
      await openclaw.dispose();
      await model.close();
    },
  };
}
