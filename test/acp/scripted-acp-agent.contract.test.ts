import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createAcpAdapter } from "../../src/acp/create-acp-adapter.ts";
import { contractorEnvironment } from "../../src/process/environment.ts";
import { describeAcpAdapter } from "../suites/acp-adapter-contract.ts";
import type { ContractWorld } from "../suites/acp-adapter-contract/contract-world.ts";

const PROGRAM = path.join(import.meta.dirname, "../fixtures/scripted-acp-agent.ts");

/** What claude-agent-acp can do as well. */
const EVERYTHING = ["--start-mode", "plan", "--config-options", "--fork", "--steering", "--background"];

async function createWorld(): Promise<ContractWorld> {
  const home = await realpath(await mkdtemp(path.join(tmpdir(), "scripted-world-")));
  const temporary = path.join(home, "tmp");
  await mkdir(temporary);
  const launch = {
    command: process.execPath,
    args: [PROGRAM, "--store", path.join(home, "sessions"), ...EVERYTHING],
    environment: contractorEnvironment(process.env, { HOME: home, TMPDIR: temporary }),
  };
  return {
    adapter: createAcpAdapter(launch),
    newAdapter: () => createAcpAdapter(launch),
    workspace: home,
    home,
    temporary,
    model: null,
    reportsUsage: true,
    asksQuestions: true,
    offersBypass: false,
    toolExample: { prompt: "run ls", toolCall: { kind: "execute", name: "Bash" } },
    dispose: () => rm(home, { recursive: true, force: true }),
  };
}

describeAcpAdapter({ name: "the scripted ACP agent", createWorld });
