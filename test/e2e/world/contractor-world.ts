import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { editConfig } from "../../../scripts/world/edit-config.ts";
import { createOpenClawWorld, type OpenClawWorld } from "../../../scripts/world/openclaw-world.ts";
import { installPlugin, packPlugin } from "../../../scripts/world/pack-plugin.ts";
import {
  startScriptedMessagesApi,
  type ScriptedMessagesApi,
} from "../../fixtures/scripted-messages-api/scripted-messages-api.ts";

/** A key that must appear on the wire to the model and nowhere else. */
export const SECRET_KEY = "sk-test-4f0c1d-never-written-anywhere";

const ENVIRONMENT = { SCRIPTED_KEY: SECRET_KEY };

const mapSchema = z.object({
  sessions: z.array(
    z.looseObject({
      openclawSessionKey: z.string(),
      claudeSessionId: z.string(),
      state: z.string(),
      transcript: z.string().optional(),
    }),
  ),
});

type MapEntry = z.infer<typeof mapSchema>["sessions"][number];

/** The conversation that the Gateway's OpenAI-compatible endpoint keeps for a `user`. */
export function sessionKeyOf(agentId: string, user: string): string {
  return `agent:${agentId}:openai-user:${user}`;
}

/** A real OpenClaw with the packed plugin installed and a scripted model behind the endpoint profile `scripted`. */
export type ContractorWorld = {
  openclaw: OpenClawWorld;
  model: ScriptedMessagesApi;
  /** The workspace of a contractor that was added here. */
  workspaceOf(agentId: string): string;
  /** Makes a workspace folder with a README.md in it; resolves to its path. */
  createWorkspace(name: string): Promise<string>;
  /** Makes a workspace and a contractor agent of the same name that works in it; resolves to the workspace. */
  addContractor(agentId: string, ...options: string[]): Promise<string>;
  /** A conversation's entries in the map file: the command line says the same, but takes seconds. */
  entriesOf(agentId: string, sessionKey: string): Promise<MapEntry[]>;
  /** The Claude session that a conversation is mapped to; undefined when it has none. */
  activeSession(agentId: string, sessionKey: string): Promise<string | undefined>;
  /** `openclaw contractor-agents <args> --json`; the parsed stdout and the exit status. */
  contractorAgents(...args: string[]): Promise<{ exitCode: number; json: unknown }>;
  dispose(): Promise<void>;
};

/** A world as a person has it who has installed the plugin and added the endpoint profile, and no contractor yet. */
export async function createInstalledWorld(): Promise<ContractorWorld> {
  const model = await startScriptedMessagesApi();
  const openclaw = await createOpenClawWorld({ environment: ENVIRONMENT });
  const world = contractorWorld(openclaw, model);
  const packed = await mkdtemp(join(tmpdir(), "contractor-packed-"));
  await installPlugin(openclaw, await packPlugin(packed));
  await rm(packed, { recursive: true });
  const endpoint = ["--base-url", model.url, "--api-key-env", "SCRIPTED_KEY"];
  await world.contractorAgents("endpoint", "add", "scripted", ...endpoint);
  return world;
}

/**
 * A world with a contractor on each adapter: `dev` on claude-agent-acp and `zed` on claude-code-acp. `template`: the root
 * of another such world, of which it is a copy; making one anew takes a minute.
 */
export async function createContractorWorld(template?: string): Promise<ContractorWorld> {
  if (template !== undefined) return copyOf(template);
  const world = await createInstalledWorld();
  await world.addContractor("dev", "--endpoint", "scripted");
  await world.addContractor("zed", "--endpoint", "scripted", "--adapter", "claude-code-acp");
  return world;
}

async function copyOf(template: string): Promise<ContractorWorld> {
  const model = await startScriptedMessagesApi();
  const openclaw = await createOpenClawWorld({ environment: ENVIRONMENT, copyOf: template });
  await editPluginConfig(openclaw, ({ endpoints }) => {
    endpoints["scripted"] = { ...endpoints["scripted"], baseUrl: model.url };
  });
  return contractorWorld(openclaw, model);
}

const pluginConfigSchema = z.looseObject({
  endpoints: z.record(z.string(), z.looseObject({})),
  contractors: z.record(z.string(), z.looseObject({})),
});

/** Changes this plugin's part of the configuration file, before the Gateway starts. */
export async function editPluginConfig(
  openclaw: OpenClawWorld,
  edit: (config: z.infer<typeof pluginConfigSchema>) => void,
): Promise<void> {
  await editConfig(openclaw, ({ plugins }) => {
    const config = pluginConfigSchema.parse(plugins.entries["contractor-agent"]?.["config"]);
    edit(config);
    plugins.entries["contractor-agent"] = { ...plugins.entries["contractor-agent"], config };
  });
}

function contractorWorld(openclaw: OpenClawWorld, model: ScriptedMessagesApi): ContractorWorld {
  const workspaceOf = (agentId: string): string => join(openclaw.home, "code", agentId);

  async function contractorAgents(...args: string[]): Promise<{ exitCode: number; json: unknown }> {
    const { exitCode, stdout, stderr } = await openclaw.run(["contractor-agents", ...args, "--json"]);
    try {
      return { exitCode, json: JSON.parse(stdout) };
    } catch (cause) {
      throw new Error(`no JSON on stdout of ${args.join(" ")}: ${stdout}\n${stderr}`, { cause });
    }
  }

  async function createWorkspace(name: string): Promise<string> {
    const workspace = workspaceOf(name);
    await mkdir(workspace, { recursive: true });
    await writeFile(join(workspace, "README.md"), `# The ${name} project\n\nNothing more.\n`);
    return workspace;
  }

  async function entriesOf(agentId: string, sessionKey: string): Promise<MapEntry[]> {
    const path = join(workspaceOf(agentId), ".openclaw/contractor-agent/session-map.json");
    const { sessions } = mapSchema.parse(JSON.parse(await readFile(path, "utf8")));
    return sessions.filter(({ openclawSessionKey }) => openclawSessionKey === sessionKey);
  }

  return {
    openclaw,
    model,
    contractorAgents,
    workspaceOf,
    createWorkspace,
    entriesOf,
    async addContractor(agentId, ...options) {
      const workspace = await createWorkspace(agentId);
      const { exitCode, json } = await contractorAgents(
        "add",
        ...["--agent-id", agentId, "--workspace", workspace, "--contractor", "claude", ...options],
      );
      if (exitCode !== 0) throw new Error(`adding ${agentId} failed: ${JSON.stringify(json)}`);
      return workspace;
    },
    async activeSession(agentId, sessionKey) {
      const entries = await entriesOf(agentId, sessionKey);
      return entries.find(({ state }) => state === "active")?.claudeSessionId;
    },
    async dispose() {
      await openclaw.dispose();
      await model.close();
    },
  };
}
