import { spawn, type ChildProcess } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { z } from "zod";
import type { ChatAnswer } from "../../scripts/world/chat-client.ts";
import type { Gateway } from "../../scripts/world/gateway.ts";
import { createSeededRandom } from "../fixtures/seeded-random.ts";
import { createContractorWorld, editPluginConfig, type ContractorWorld } from "./world/contractor-world.ts";
import { commandOf, pidsWorkingIn } from "./world/processes.ts";

const CONTRACTORS = [
  { agentId: "dev", adapter: "claude-agent-acp" },
  { agentId: "zed", adapter: "claude-code-acp" },
];
/** `KILLS=20` for as many as a release is tried with. */
const KILLS = Number(process.env["KILLS"] ?? 2);
const SEED = 20_260_201;
const CAP = 3;
const IDLE_MS = 6_000;
/** The guard starts a Node, and that gives processes two seconds to end by themselves. */
const GONE_MS = 10_000;

const modelsSchema = z.looseObject({ models: z.array(z.looseObject({})) });

let world: ContractorWorld;
let gateway: Gateway;
/** Looks like one of ours, works in a contractor's workspace, and is somebody else's. */
let foreign: ChildProcess;

async function ownPids(): Promise<number[]> {
  const found = await Promise.all(
    CONTRACTORS.map(({ agentId }) => pidsWorkingIn(world.workspaceOf(agentId))),
  );
  return found.flat().filter((pid) => pid !== foreign.pid);
}

/** A session has its lease from before its process starts until its whole tree is gone. */
async function mostLiveDuring(work: () => Promise<unknown>): Promise<number> {
  const leases = join(world.openclaw.stateDir, "contractor-agent/processes");
  const watch = { over: false, most: 0 };
  const watching = (async () => {
    while (!watch.over) {
      const files = (await readdir(leases)).filter((name) => name.endsWith(".json"));
      watch.most = Math.max(watch.most, files.length);
      await delay(20);
    }
  })();
  await work().finally(() => {
    watch.over = true;
  });
  await watching;
  return watch.most;
}

function say(agentId: string, user: string, text: string): Promise<ChatAnswer> {
  return gateway.ask({ agentId, user, text });
}

beforeAll(async () => {
  world = await createContractorWorld(inject("worldTemplate"));
  await editPluginConfig(world.openclaw, (config) => {
    config["maxLiveSessions"] = CAP;
    config["idleMinutes"] = IDLE_MS / 60_000;
  });
  foreign = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)", "claude-agent-acp", "claude"], {
    cwd: world.workspaceOf("dev"),
    stdio: "ignore",
  });
  gateway = await world.openclaw.startGateway();
});

afterAll(async () => {
  foreign.kill("SIGKILL");
  await world.dispose();
});

describe("the sessions of a Gateway", () => {
  it("stand ready when it has settled, one for each contractor, and are no conversations", async () => {
    for (const { agentId } of CONTRACTORS) {
      await expect
        .poll(() => pidsWorkingIn(world.workspaceOf(agentId)).then(({ length }) => length), {
          timeout: 60_000,
          interval: 200,
        })
        .toBeGreaterThan(agentId === "dev" ? 1 : 0);
    }
    const { json } = await world.contractorAgents("sessions");
    expect(json).toMatchObject({ sessions: [] });
  });

  it("are never more than may live at once, and every conversation goes on", async () => {
    const users = ["one", "two", "three", "four", "five"];
    const most = await mostLiveDuring(async () => {
      for (const user of users) await say("dev", user, `remember ${user}`);
      for (const user of users) {
        const { text } = await say("dev", user, "what did I ask you to remember?");
        expect(text).toBe(`You asked me to remember ${user}.`);
      }
    });
    expect(most).toBe(CAP);
  });

  it("end when they have been idle, but for the spare ones", async () => {
    await expect
      .poll(() => ownPids().then(({ length }) => length), { timeout: 60_000 })
      .toBeLessThanOrEqual(4);
  });
});

it("a message that must wait for a place gets its answer", async () => {
  const users = ["a", "b", "c", "d", "e"];
  const answers: string[] = [];
  const most = await mostLiveDuring(async () => {
    answers.push(
      ...(await Promise.all(users.map((user) => say("dev", `crowd-${user}`, `say ${user}`)))).map(
        ({ text }) => text,
      ),
    );
  });
  expect(answers).toEqual(users);
  expect(most).toBe(CAP);
});

describe("a Gateway that is killed", () => {
  it(
    `leaves nothing within seconds, and nothing of anybody else's ends: ${KILLS} times at any moment`,
    async () => {
      const random = createSeededRandom(SEED);
      for (let round = 0; round < KILLS; round += 1) {
        const agentId = random.pick(["dev", "zed"]);
        const file = join(world.workspaceOf(agentId), "never.txt");
        const turns = ["say hi", `run sleep 60; touch ${file}`, "count to 1000"].map((text, index) =>
          say(agentId, `kill-${round}-${index}`, text).catch(() => null),
        );
        await delay(random.below(6_000));
        await gateway.kill("SIGKILL");
        await expect.poll(ownPids, { timeout: GONE_MS, interval: 100 }).toEqual([]);
        expect(foreign.exitCode ?? foreign.signalCode).toBeNull();
        await Promise.all(turns);
        gateway = await world.openclaw.startGateway();
      }
    },
    KILLS * 120_000,
  );

  it("has the next one read no model catalogue for contractors, and offer their models all the same", async () => {
    const status = await gateway.call("status");
    expect(status).toMatchObject({ workerPools: { modelCatalog: { workersCreated: 0 } } });
    const { models } = modelsSchema.parse(await gateway.call("models.list", { agentId: "dev" }));
    expect(models).toContainEqual(
      expect.objectContaining({
        provider: "contractor-agent",
        id: "contractor-claude-bridge",
        available: true,
      }),
    );
  });

  it("goes on with its conversations after the next start", async () => {
    expect((await say("dev", "one", "what did I ask you to remember?")).text).toBe(
      "You asked me to remember one.",
    );
  });
});

it("a Gateway that is stopped leaves nothing when it is gone", async () => {
  await gateway.stop();
  expect(await Promise.all((await ownPids()).map(commandOf))).toEqual([]);
  expect(foreign.exitCode ?? foreign.signalCode).toBeNull();
});
