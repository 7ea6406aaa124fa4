import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createAcpAdapter } from "../../src/acp/create-acp-adapter.ts";
import { contractorEnvironment } from "../../src/process/environment.ts";
import { createProcessLeases } from "../../src/process/process-leases.ts";

const PROGRAM = path.join(import.meta.dirname, "../fixtures/scripted-acp-agent.ts");

it("a session's process is leased for what the launch says, until the session is closed", async () => {
  const home = await mkdtemp(path.join(tmpdir(), "leased-agent-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const folder = path.join(home, "processes");
  const leases = createProcessLeases({ folder, log: (message) => expect.fail(message) });
  const adapter = createAcpAdapter({
    command: process.execPath,
    args: [PROGRAM],
    environment: contractorEnvironment(process.env, { HOME: home }),
    lease: { leases, purpose: "session of dev" },
  });
  const session = await adapter.createSession({ workspace: home, systemPromptAppend: "", claudeOptions: {} });
  onTestFinished(() => session.close());
  const [name = ""] = await readdir(folder);
  const lease: unknown = JSON.parse(await readFile(path.join(folder, name), "utf8"));
  const command = `${process.execPath} ${PROGRAM}`;
  expect(lease).toMatchObject({ purpose: "session of dev", command });
  await session.close();
  expect(await readdir(folder)).toEqual([]);
});
