import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { adapterLaunch } from "../../../src/acp/adapter-launch.ts";
import { ADAPTER_PACKAGES } from "../../../src/acp/adapter-packages.ts";
import { createAcpAdapter } from "../../../src/acp/create-acp-adapter.ts";
import type { AdapterName } from "../../../src/config/schema.ts";
import { CLAUDE_DEFAULTS } from "../../../src/contractor/claude-environment.ts";
import { createToolGate } from "../../../src/loopback/tool-gate.ts";
import { contractorEnvironment } from "../../../src/process/environment.ts";
import { startScriptedMessagesApi } from "../../fixtures/scripted-messages-api/scripted-messages-api.ts";
import type { ContractWorld } from "./contract-world.ts";
import { killProcessesWithHome } from "./world-processes.ts";

const REPOSITORY = path.join(import.meta.dirname, "../../..");

/** Real Claude Code behind an adapter from this repository's packages, with the scripted model behind both. */
export async function createClaudeWorld(options: {
  name: AdapterName;
  reportsUsage: boolean;
  asksQuestions: boolean;
  environment?: Record<string, string>;
}): Promise<ContractWorld> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "claude-world-")));
  const folders = {
    home: path.join(root, "home"),
    workspace: path.join(root, "workspace"),
    scratch: path.join(root, "tmp"),
  };
  const { home, workspace, scratch } = folders;
  for (const folder of Object.values(folders)) await mkdir(folder);
  const model = await startScriptedMessagesApi();
  const environment = contractorEnvironment(process.env, {
    HOME: home,
    TMPDIR: scratch,
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: "sk-test",
    ...CLAUDE_DEFAULTS,
    ...options.environment,
  });
  const gate = createToolGate();
  const program = path.join(REPOSITORY, ADAPTER_PACKAGES[options.name].program);
  const launch = await adapterLaunch(options.name, { program, environment, folder: root });
  return {
    adapter: createAcpAdapter(launch, { gate }),
    newAdapter: () => createAcpAdapter(launch, { gate }),
    workspace,
    home,
    model,
    reportsUsage: options.reportsUsage,
    asksQuestions: options.asksQuestions,
    offersBypass: process.getuid?.() !== 0,
    toolExample: {
      prompt: "write notes.txt two words",
      toolCall: { kind: "edit", locations: [{ path: path.join(workspace, "notes.txt") }] },
    },
    async dispose() {
      await killProcessesWithHome(home);
      await gate.close();
      await model.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
