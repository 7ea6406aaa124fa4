import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { adapterLaunch } from "../../../src/acp/adapter-launch.ts";
import { ADAPTER_PACKAGES, canBeManaged } from "../../../src/acp/adapter-packages.ts";
import { createAcpAdapter } from "../../../src/acp/create-acp-adapter.ts";
import type { AdapterName } from "../../../src/config/schema.ts";
import { CLAUDE_DEFAULTS } from "../../../src/contractor/claude-environment.ts";
import { QUIET_ENVIRONMENT } from "../../../src/contractor/quiet-environment.ts";
import { provisionOf } from "../../../src/endpoint/provider-pins.ts";
import { createToolGate } from "../../../src/loopback/tool-gate.ts";
import { contractorEnvironment } from "../../../src/process/environment.ts";
import type { ContractWorld } from "./contract-world.ts";
import { startEndpoint, type EndpointFormat } from "./scripted-endpoint.ts";
import { killProcessesWithHome } from "./world-processes.ts";

const REPOSITORY = path.join(import.meta.dirname, "../../..");

/** Real Claude Code behind an adapter from this repository's packages, with the scripted model behind both. */
export async function createClaudeWorld(options: {
  name: AdapterName;
  reportsUsage: boolean;
  asksQuestions: boolean;
  /** What the endpoint speaks; Anthropic's Messages API unless given. */
  format?: EndpointFormat;
  /** False for a world whose tools ask no gate: older Claude Code starts a program for each question. */
  gated?: boolean;
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
  const { model, variables, close } = await startEndpoint(options.format ?? "anthropic");
  // As a contractor's process is provided for, with an endpoint of its own.
  const { environment: provided, settings } = provisionOf(variables, {
    managed: canBeManaged(options.name),
    hasEndpoint: true,
  });
  const environment = contractorEnvironment(process.env, {
    HOME: home,
    TMPDIR: scratch,
    ...CLAUDE_DEFAULTS,
    ...QUIET_ENVIRONMENT,
    ...provided,
    ...options.environment,
  });
  const gate = createToolGate();
  const adapterOptions = options.gated === false ? {} : { gate };
  const program = path.join(REPOSITORY, ADAPTER_PACKAGES[options.name].program);
  const launch = await adapterLaunch(options.name, { program, environment, settings, folder: root });
  return {
    adapter: createAcpAdapter(launch, adapterOptions),
    newAdapter: () => createAcpAdapter(launch, adapterOptions),
    workspace,
    home,
    temporary: scratch,
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
      await close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
