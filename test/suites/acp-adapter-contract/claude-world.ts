import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createAcpAdapter } from "../../../src/acp/create-acp-adapter.ts";
import { QUIET_ENVIRONMENT } from "../../../src/contractor/claude-environment.ts";
import { contractorEnvironment } from "../../../src/process/environment.ts";
import { startScriptedMessagesApi } from "../../fixtures/scripted-messages-api/scripted-messages-api.ts";
import type { ContractWorld } from "./contract-world.ts";
import { killProcessesWithHome } from "./world-processes.ts";

const NODE_MODULES = path.join(import.meta.dirname, "../../../node_modules");

/** Real Claude Code behind an adapter from this repository's packages, with the scripted model behind both. */
export async function createClaudeWorld(options: {
  /** Below node_modules. */
  program: string;
  reportsUsage: boolean;
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
  const launch = {
    command: process.execPath,
    args: [path.join(NODE_MODULES, options.program)],
    environment: contractorEnvironment(process.env, {
      HOME: home,
      TMPDIR: scratch,
      ANTHROPIC_BASE_URL: model.url,
      ANTHROPIC_API_KEY: "sk-test",
      ...QUIET_ENVIRONMENT,
      ...options.environment,
    }),
  };
  return {
    adapter: createAcpAdapter(launch),
    newAdapter: () => createAcpAdapter(launch),
    workspace,
    home,
    model,
    reportsUsage: options.reportsUsage,
    toolExample: {
      prompt: "write notes.txt two words",
      toolCall: { kind: "edit", locations: [{ path: path.join(workspace, "notes.txt") }] },
    },
    async dispose() {
      await killProcessesWithHome(home);
      await model.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
