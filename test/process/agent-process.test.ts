import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { contractorEnvironment } from "../../src/process/environment.ts";
import { startAgentProcess, type AgentProcess } from "../../src/process/agent-process.ts";
import { killProcessesWithHome, processesWithHome } from "../suites/acp-adapter-contract/world-processes.ts";

const CHILD_OF_ITS_OWN_GROUP = `
  require("node:child_process").spawn("sleep", ["300"], { detached: true, stdio: "ignore" });
  console.log("ready");
`;

let home: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(tmpdir(), "agent-process-")));
});

afterEach(async () => {
  await killProcessesWithHome(home);
  await rm(home, { recursive: true, force: true });
});

async function start(command: string, args: string[], folder = home): Promise<AgentProcess> {
  const environment = contractorEnvironment(process.env, { HOME: home });
  return startAgentProcess({ command, args, workingDirectory: folder, environment });
}

function startShell(script: string): Promise<AgentProcess> {
  return start("sh", ["-c", script]);
}

/** Resolves once the process has written its first bytes to stdout. */
async function untilReady(agentProcess: AgentProcess): Promise<string> {
  const reader = agentProcess.output.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return new TextDecoder().decode(value).trim();
}

describe("how a process ends", () => {
  it("is told with its status, or with the signal", async () => {
    expect(await (await startShell("exit 7")).ended).toBe("exited with status 7");
    expect(await (await startShell("kill -9 $$")).ended).toBe("ended by SIGKILL");
  });

  it("comes with the last words on stderr", async () => {
    const agentProcess = await startShell("echo first >&2; echo last >&2; exit 1");
    await agentProcess.ended;
    expect(agentProcess.stderrTail()).toBe("first\nlast");
  });

  it("is told at once, though a child still holds its stderr", async () => {
    const agentProcess = await startShell("sleep 30 & echo trouble >&2; exit 3");
    const how = await Promise.race([
      agentProcess.ended,
      new Promise((resolve) => setTimeout(resolve, 3_000, "not told")),
    ]);
    expect(how).toBe("exited with status 3");
    expect(agentProcess.stderrTail()).toBe("trouble");
  });

  it("is never a crash of ours: a write to a dead process is nobody's error", async () => {
    const agentProcess = await startShell("exit 0");
    await agentProcess.ended;
    const writer = agentProcess.input.getWriter();
    await writer.write(new TextEncoder().encode("hello")).catch(() => undefined);
    expect(await agentProcess.ended).toBe("exited with status 0");
  });

  it("is a start that failed when there is no such program or folder", async () => {
    await expect(start("/nonexistent/program", [])).rejects.toMatchObject({ code: "adapter-start-failed" });
    const nowhere = path.join(home, "nowhere");
    await expect(start("sh", ["-c", "exit 0"], nowhere)).rejects.toMatchObject({
      code: "adapter-start-failed",
    });
  });
});

describe("terminate", () => {
  it("ends grandchildren too", async () => {
    const agentProcess = await startShell("sh -c 'sleep 300 & echo ready; wait' & wait");
    await untilReady(agentProcess);
    // Who is about to become another program has no environment for a moment.
    await expect.poll(() => processesWithHome(home)).toHaveLength(3);
    await agentProcess.terminate(2_000);
    expect(await processesWithHome(home)).toEqual([]);
    expect(await agentProcess.ended).toBe("ended by SIGTERM");
  });

  it("ends a child that has a process group of its own, as the commands of Claude Code have", async () => {
    const agentProcess = await start(process.execPath, ["--eval", CHILD_OF_ITS_OWN_GROUP]);
    await untilReady(agentProcess);
    await expect.poll(() => processesWithHome(home)).toHaveLength(2);
    await agentProcess.terminate(2_000);
    expect(await processesWithHome(home)).toEqual([]);
  });

  it("is not needed for what a process leaves behind when it ends by itself", async () => {
    const agentProcess = await startShell("sleep 300 & echo ready; exit 1");
    expect(await agentProcess.ended).toBe("exited with status 1");
    await expect.poll(() => processesWithHome(home), { timeout: 3_000 }).toEqual([]);
  });

  it("kills what ignores SIGTERM, when the grace period is over", async () => {
    const agentProcess = await startShell("trap '' TERM; echo ready; while :; do sleep 1; done");
    await untilReady(agentProcess);
    await agentProcess.terminate(100);
    expect(await processesWithHome(home)).toEqual([]);
    expect(await agentProcess.ended).toBe("ended by SIGKILL");
  });

  it("may be called again, and after the end", async () => {
    const agentProcess = await startShell("echo ready; sleep 300");
    await untilReady(agentProcess);
    await Promise.all([agentProcess.terminate(2_000), agentProcess.terminate(2_000)]);
    await agentProcess.terminate(2_000);
    expect(await agentProcess.ended).toBe("ended by SIGTERM");
  });
});

describe("the environment", () => {
  it("holds only what was given", async () => {
    process.env["CLAUDE_CONTRACT_PROBE"] = "ambient";
    try {
      const agentProcess = await startShell('echo "$HOME-$CLAUDE_CONTRACT_PROBE-"');
      expect(await untilReady(agentProcess)).toBe(`${home}--`);
    } finally {
      delete process.env["CLAUDE_CONTRACT_PROBE"];
    }
  });
});
