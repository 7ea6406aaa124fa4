import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { editConfig } from "../../scripts/world/edit-config.ts";
import type { Gateway } from "../../scripts/world/gateway.ts";
import { BRIDGE_MODEL_REF } from "../../src/config/identifiers.ts";
import { errorReply, textReply } from "../fixtures/scripted-messages-api/reply.ts";
import {
  startScriptedMessagesApi,
  type ScriptedMessagesApi,
} from "../fixtures/scripted-messages-api/scripted-messages-api.ts";
import {
  createContractorWorld,
  editPluginConfig,
  SECRET_KEY,
  type ContractorWorld,
} from "./world/contractor-world.ts";
import { readFileTree } from "./world/file-tree.ts";
import { pidsWorkingIn } from "./world/processes.ts";

const CONTRACTORS = [
  { agentId: "dev", adapter: "claude-agent-acp" },
  { agentId: "zed", adapter: "claude-code-acp" },
];
const RECALL = "what did I ask you to remember?";
const SECOND_KEY = "sk-second-9d21-never-written-anywhere";
/** Whoever is billed for these was not asked. */
const STRAY = "stray-key-nobody-gave-7c1e";
const STRAY_VARIABLES = {
  ANTHROPIC_API_KEY: `${STRAY}-api`,
  ANTHROPIC_AUTH_TOKEN: `${STRAY}-token`,
  ANTHROPIC_BASE_URL: "http://127.0.0.1:9",
  ANTHROPIC_CUSTOM_HEADERS: `x-stray: ${STRAY}-header`,
  ANTHROPIC_MODEL: "stray-model",
  ANTHROPIC_DEFAULT_HAIKU_MODEL: "stray-model",
  ANTHROPIC_SMALL_FAST_MODEL: "stray-model",
  AWS_BEARER_TOKEN_BEDROCK: `${STRAY}-bedrock`,
  CLAUDE_CODE_OAUTH_TOKEN: `${STRAY}-oauth`,
  CLAUDE_CODE_SUBAGENT_MODEL: "stray-model",
  CLAUDE_CODE_USE_BEDROCK: "1",
  CLAUDE_CODE_USE_VERTEX: "1",
  OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
};
/** Claude Code heeds these before its own environment, a repository's among them. */
const STRAY_SETTINGS = {
  env: {
    ...STRAY_VARIABLES,
    CLAUDE_CODE_ENABLE_TELEMETRY: "1",
    DISABLE_TELEMETRY: "",
  },
  apiKeyHelper: `echo ${STRAY}-helper`,
};

let world: ContractorWorld;
let second: ScriptedMessagesApi;
let plain: ScriptedMessagesApi;
let gateway: Gateway;
const heard: string[] = [];

async function say(agentId: string, user: string, text: string): Promise<string> {
  const answer = await gateway.ask({ agentId, user, text });
  heard.push(answer.text, JSON.stringify(answer.error ?? null));
  return answer.text === "" ? JSON.stringify(answer.error) : answer.text;
}

/** From now on, the first endpoint refuses everything. claude-agent-acp passes on the words alone, and no header. */
function limitFirst(): void {
  world.model.interceptWith(() =>
    errorReply(429, "the limit resets in 60 minutes", { "retry-after": "3600" }),
  );
}

beforeAll(async () => {
  world = await createContractorWorld(inject("worldTemplate"));
  second = await startScriptedMessagesApi();
  plain = await startScriptedMessagesApi();
  plain.interceptWith(() => textReply("The ordinary model answers."));
  const { openclaw } = world;
  Object.assign(openclaw.environment, STRAY_VARIABLES, { SECOND_KEY });
  await mkdir(join(openclaw.home, ".claude"), { recursive: true });
  await writeFile(join(openclaw.home, ".claude/settings.json"), JSON.stringify(STRAY_SETTINGS));
  for (const { agentId } of CONTRACTORS) {
    const folder = join(world.workspaceOf(agentId), ".claude");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "settings.json"), JSON.stringify(STRAY_SETTINGS));
  }
  await editPluginConfig(openclaw, (config) => {
    config.endpoints["second"] = { baseUrl: second.url, apiKeyEnv: "SECOND_KEY", auth: "gateway" };
    for (const { agentId } of CONTRACTORS) {
      const settings = { model: "claude-scripted-1", onLimit: ["second"] };
      config.contractors[agentId] = { ...config.contractors[agentId], ...settings };
    }
  });
  await editConfig(openclaw, (config) => {
    const models = [{ id: "plain", name: "Plain", contextWindow: 200_000, maxTokens: 4_096 }];
    const provider = { baseUrl: plain.url, api: "anthropic-messages", apiKey: "sk-plain", models };
    Object.assign(config, { models: { mode: "merge", providers: { ordinary: provider } } });
  });
  gateway = await openclaw.startGateway();
});

afterAll(async () => {
  await gateway.stop();
  await world.dispose();
  await second.close();
  await plain.close();
});

describe.each(CONTRACTORS)("$agentId on $adapter, with strange keys and models everywhere", ({ agentId }) => {
  it("shows its endpoint the profile's key and model, and nothing else", async () => {
    expect(await say(agentId, "wire", "remember tango")).toContain("tango");
    expect(await say(agentId, "wire", "write notes.txt two words")).not.toBe("");
    const requests = world.model.requests.filter(({ method }) => method === "POST");
    expect(requests.length).toBeGreaterThan(1);
    for (const { headers, body } of requests) {
      const credentials = [headers["x-api-key"], headers.authorization].filter(
        (value) => value !== undefined,
      );
      expect(credentials.length).toBeGreaterThan(0);
      for (const credential of credentials)
        expect(credential).toMatch(new RegExp(`^(Bearer )?${SECRET_KEY}$`));
      expect(JSON.stringify(headers)).not.toContain("stray");
      expect((body as { model: string }).model).toBe("claude-scripted-1");
    }
  });

  it("has no key among the arguments of its processes", async () => {
    const pids = await pidsWorkingIn(world.workspaceOf(agentId));
    expect(pids.length).toBeGreaterThan(0);
    for (const pid of pids) {
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      expect(command).not.toContain(SECRET_KEY);
      expect(command).not.toContain(STRAY);
    }
  });
});

async function setOnLimit(agentId: string, onLimit: "error" | string[]): Promise<void> {
  await editPluginConfig(world.openclaw, (config) => {
    config.contractors[agentId] = { ...config.contractors[agentId], onLimit };
  });
}

/** Another Gateway, with settings that are changed meanwhile and no limit that is still known. */
async function restart(change: (agentId: string) => Promise<void>): Promise<void> {
  await gateway.stop();
  world.model.interceptWith(() => undefined);
  await writeFile(join(world.openclaw.stateDir, "contractor-agent/limits.json"), '{"limits":[]}');
  for (const { agentId } of CONTRACTORS) await change(agentId);
  gateway = await world.openclaw.startGateway();
}

/** Once for both adapters: a Gateway takes its time to start. */
async function withEach(step: (agentId: string) => Promise<void>): Promise<void> {
  for (const { agentId } of CONTRACTORS) await step(agentId);
}

describe("at the endpoint's limit, on both adapters", () => {
  it("a conversation goes on at the second endpoint, which is said", async () => {
    await withEach(async (agentId) => {
      world.model.interceptWith(() => undefined);
      await say(agentId, "moving", "remember tango");
      limitFirst();
      const moved = await say(agentId, "moving", "remember fado");
      expect(moved).toMatch(/^_Served by second: scripted is at its limit\. It resets at .* UTC/);
      expect(moved).toContain("I will remember fado.");
      expect(await say(agentId, "moving", RECALL)).toMatch(/^_Served by second: [^]*fado/);
      await gateway.stop();
      await writeFile(join(world.openclaw.stateDir, "contractor-agent/limits.json"), '{"limits":[]}');
      gateway = await world.openclaw.startGateway();
    });
    // Whether it can be reached is asked without a key.
    const asked = second.requests.filter(({ method }) => method === "POST");
    const credentials = asked.map(({ headers }) => headers.authorization);
    expect(new Set(credentials)).toEqual(new Set([`Bearer ${SECOND_KEY}`]));
  });

  it("it comes back when the limit is over", async () => {
    world.model.interceptWith(() => undefined);
    await withEach(async (agentId) => {
      const back = await say(agentId, "moving", RECALL);
      expect(back).toMatch(/^_Served by scripted again\./);
      expect(back).toContain("tango");
    });
  });

  it("with onLimit: error the model answers that OpenClaw falls back to, and Claude is told", async () => {
    await restart(async (agentId) => {
      await setOnLimit(agentId, "error");
      await editConfig(world.openclaw, ({ agents }) => {
        const model = { primary: BRIDGE_MODEL_REF, fallbacks: ["ordinary/plain"] };
        agents.entries[agentId] = { ...agents.entries[agentId], model };
      });
    });
    await withEach(async (agentId) => {
      await say(agentId, "falling", "remember tango");
      limitFirst();
      expect(await say(agentId, "falling", "remember fado")).toContain("The ordinary model answers.");
      world.model.interceptWith(() => undefined);
      expect(await say(agentId, "falling", RECALL)).toContain("tango");
      const told = world.model.requests.at(-1);
      expect(JSON.stringify(told?.body)).toContain("The ordinary model answers.");
    });
    const { json } = await world.contractorAgents("status");
    expect(JSON.stringify(json)).not.toContain("is at its limit");
  });
});

describe("the keys of a whole run", () => {
  it("stand in no file, no log, no answer and no error", async () => {
    const { openclaw } = world;
    const settings = (name: string): boolean => name.endsWith(".claude/settings.json");
    const trees = await Promise.all([openclaw.stateDir, openclaw.home].map(readFileTree));
    const found = trees
      .flatMap((tree) => [...tree])
      .filter(([name]) => !settings(name))
      .filter(([, bytes]) => [SECRET_KEY, SECOND_KEY, STRAY].some((secret) => bytes.includes(secret)));
    expect(found.map(([name]) => name)).toEqual([]);
    const said = [gateway.log(), ...heard].join("\n");
    for (const secret of [SECRET_KEY, SECOND_KEY, STRAY]) expect(said).not.toContain(secret);
  });
});
