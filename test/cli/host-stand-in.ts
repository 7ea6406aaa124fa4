import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pluginConfigSchema } from "../../src/config/schema.ts";
import { claudeFolderEnvironment } from "../../src/contractor/claude-environment.ts";
import type { ConversationMessage } from "../../src/contractor/conversation/conversation-message.ts";
import { createFileOpenTurns } from "../../src/contractor/open-turns.ts";
import { createFileSessionMapStore } from "../../src/contractor/session-map/file-session-map-store.ts";
import type { SessionMapStore } from "../../src/contractor/session-map/session-map-store.ts";
import type { NamedEndpoint } from "../../src/endpoint/endpoint-key.ts";
import type { ProbeAddress } from "../../src/endpoint/endpoint-probe.ts";
import { createLimitBook, type LimitBook } from "../../src/endpoint/limit-book.ts";
import { createFileSpendingLedger } from "../../src/contractor/spending/file-spending-ledger.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import type { HostCliContext } from "../../src/openclaw/host-cli-context.ts";

type AgentEntry = { workspace?: string; model?: string };
type Named = Record<string, unknown>;

type HostConfig = {
  agents: { entries: Record<string, AgentEntry> };
  plugins: { entries: { "contractor-agent": { config: { contractors?: Named; endpoints?: Named } } } };
};

export type Step =
  | "ensureAdapter"
  | "backUpConfig"
  | "putContractor"
  | "removeContractor"
  | "moveAgentWorkspace"
  | "createBaseAgent"
  | "deleteBaseAgent";

/** OpenClaw as far as the commands need it: a configuration file, agents and a trash, all below one folder. */
export type HostStandIn = {
  readonly configPath: string;
  readonly trash: string;
  /** Runs in front of a step; what it throws is the step's failure. */
  before: Partial<Record<Step, () => unknown>>;
  /** The steps that were taken, each with what it was given. */
  readonly steps: string[];
  /** How the Gateway answers a reset; there is none at first. */
  gateway: HostCliContext["resetThroughGateway"];
  /** How the Gateway answers who asks what is running; there is none at first. */
  overview: HostCliContext["overviewFromGateway"];
  ambientVariables: string[];
  /** What OpenClaw has of every conversation. */
  history: ConversationMessage[];
  probeAddress: (endpoint: NamedEndpoint) => ProbeAddress | null;
  readonly limits: LimitBook;
  /** What a new command sees. */
  context(): Promise<HostCliContext>;
  readConfig(): Promise<HostConfig>;
};

const NOW = new Date("2026-01-02T00:00:00.000Z");
const TEMPLATES = ["AGENTS.md", "SOUL.md", "USER.md"];

export async function createHostStandIn(home: string): Promise<HostStandIn> {
  const configPath = join(home, "openclaw.json");
  const trash = join(home, "trash");
  await mkdir(trash, { recursive: true });
  if ((await stat(configPath).catch(() => null)) === null) {
    const main = { workspace: join(home, "main") };
    const initial: HostConfig = {
      agents: { entries: { main } },
      plugins: { entries: { "contractor-agent": { config: {} } } },
    };
    // Not as the host would write it: putting it back must give back these bytes.
    await writeFile(configPath, `${JSON.stringify(initial, null, 7)}\n\n`);
  }
  const host: HostStandIn = {
    configPath,
    trash,
    before: {},
    steps: [],
    gateway: () => Promise.resolve({ answer: "none" }),
    overview: () => Promise.resolve({ answer: "none" }),
    ambientVariables: [],
    history: [],
    probeAddress: () => null,
    limits: createLimitBook({ path: join(home, "limits.json"), log: () => undefined, now: () => NOW }),
    context: () => createContext(host, home),
    readConfig: async () => JSON.parse(await readFile(configPath, "utf8")) as HostConfig,
  };
  return host;
}

async function createContext(host: HostStandIn, home: string): Promise<HostCliContext> {
  const config = await host.readConfig();
  const stores = new Map<string, SessionMapStore>();
  return {
    config: pluginConfigSchema.parse(ownPartOf(config)),
    agentIds: Object.keys(config.agents.entries),
    configWriter: createConfigWriter(host),
    backUpConfig: () => step(host, { name: "backUpConfig" }, () => backUp(host)),
    isAdapterInstalled: (name) => Promise.resolve(name === "claude-agent-acp"),
    reportsCost: (name) => name === "claude-agent-acp",
    ensureAdapter: (name) =>
      step(host, { name: "ensureAdapter" }, () => Promise.resolve(`/adapters/${name}`)),
    createBaseAgent: ({ agentId, workspace }) =>
      step(host, { name: "createBaseAgent", of: agentId }, async () => {
        await edit(host, ({ agents }) => {
          agents.entries[agentId] = { workspace, model: "contractor-agent/contractor-claude-bridge" };
        });
        for (const name of TEMPLATES) {
          await writeFile(join(workspace, name), `template of ${name}`, { flag: "wx" }).catch(
            () => undefined,
          );
        }
      }),
    deleteBaseAgent: (agentId) =>
      step(host, { name: "deleteBaseAgent", of: agentId }, async () => {
        const folder = (await host.readConfig()).agents.entries[agentId]?.workspace;
        if (folder !== undefined) await rename(folder, join(host.trash, `${Date.now()}-${agentId}`));
        await edit(host, ({ agents }) => {
          agents.entries = without(agents.entries, agentId);
        });
      }),
    openStore(workspace) {
      const store = stores.get(workspace) ?? createFileSessionMapStore({ workspace });
      stores.set(workspace, store);
      return store;
    },
    openTurns: (workspace) => createFileOpenTurns(workspace, () => NOW),
    openSpending: (workspace) => createFileSpendingLedger({ workspace, now: () => NOW, timeZone: "UTC" }),
    conversationKeyOf: ({ agentId, sessionKey }) =>
      Promise.resolve({
        agentId,
        openclawSessionKey: sessionKey === "main" ? `agent:${agentId}:main` : sessionKey.trim(),
      }),
    readHistory: () => Promise.resolve(host.history),
    loadRedactor: () =>
      Promise.resolve({
        text: (text) => text.replaceAll(/sk-[\w-]+/g, "***"),
        field: (name, value) => (name === "password" ? "***" : value.replaceAll(/sk-[\w-]+/g, "***")),
      }),
    isGatewayReachable: () => Promise.resolve(false),
    resetThroughGateway: (key) => host.gateway(key),
    overviewFromGateway: (query) => host.overview(query),
    probeAddress: (endpoint) => Promise.resolve(host.probeAddress(endpoint)),
    limits: host.limits,
    ambientVariables: host.ambientVariables,
    claudeEnvironmentOf: (contractor) => claudeFolderEnvironment({ HOME: home }, contractor),
    stateDir: join(home, "state"),
    uid: 1_000,
    now: () => NOW,
  };
}

function createConfigWriter(host: HostStandIn): HostCliContext["configWriter"] {
  const editOwn = (change: (own: ReturnType<typeof ownPartOf>) => void): Promise<void> =>
    edit(host, (config) => {
      change(ownPartOf(config));
      pluginConfigSchema.parse(ownPartOf(config));
    });
  return {
    changeContractor: (agentId, changes) =>
      editOwn((own) => {
        const changed = { ...(own.contractors?.[agentId] as object), ...changes };
        own.contractors = { ...own.contractors, [agentId]: JSON.parse(JSON.stringify(changed)) as unknown };
      }),
    changeShared: (changes) =>
      editOwn((own) => {
        Object.assign(own, changes);
      }),
    putContractor: (agentId, contractor) =>
      step(host, { name: "putContractor", of: agentId }, () =>
        editOwn((own) => (own.contractors = { ...own.contractors, [agentId]: contractor })),
      ),
    removeContractor: (agentId) =>
      step(host, { name: "removeContractor", of: agentId }, () =>
        editOwn((own) => (own.contractors = without(own.contractors ?? {}, agentId))),
      ),
    putEndpoint: (name, endpoint) =>
      editOwn((own) => (own.endpoints = { ...own.endpoints, [name]: endpoint })),
    removeEndpoint: (name) => editOwn((own) => (own.endpoints = without(own.endpoints ?? {}, name))),
    moveAgentWorkspace: (agentId, workspace) =>
      step(host, { name: "moveAgentWorkspace", of: workspace }, async () => {
        const earlier = (await host.readConfig()).agents.entries[agentId]?.workspace;
        await edit(host, ({ agents }) => {
          agents.entries[agentId] = { ...agents.entries[agentId], workspace };
        });
        return earlier;
      }),
    giveBridgeModel: (agentId) =>
      edit(host, ({ agents }) => {
        const entry = agents.entries[agentId];
        if (entry !== undefined) entry.model ??= "contractor-agent/contractor-claude-bridge";
      }),
  };
}

async function step<Value>(
  host: HostStandIn,
  { name, of }: { name: Step; of?: string },
  work: () => Promise<Value>,
): Promise<Value> {
  host.steps.push(of === undefined ? name : `${name} ${of}`);
  await host.before[name]?.();
  return work();
}

async function edit(host: HostStandIn, change: (config: HostConfig) => void): Promise<void> {
  const config = await host.readConfig();
  change(config);
  await writeFile(host.configPath, `${JSON.stringify(config, null, 2)}\n`);
}

async function backUp({ configPath }: HostStandIn): ReturnType<HostCliContext["backUpConfig"]> {
  const before = await readFile(configPath, "utf8");
  let ours = before;
  return {
    async noteOwnChange() {
      ours = await readFile(configPath, "utf8");
    },
    async restore() {
      if ((await readFile(configPath, "utf8")) !== ours) return false;
      await writeFile(configPath, before);
      return true;
    },
  };
}

function ownPartOf(config: HostConfig): HostConfig["plugins"]["entries"]["contractor-agent"]["config"] {
  return config.plugins.entries["contractor-agent"].config;
}

function without<Value>(record: Record<string, Value>, name: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}

/** A step that fails as the host's do. */
export function failing(code: ConstructorParameters<typeof ContractorError>[0]): () => never {
  return () => {
    throw new ContractorError(code, { message: `It failed with ${code}.`, mend: "Mend it." });
  };
}

/** Everything below a folder: path, kind and mode, and the content of each file. */
export async function listingOf(folder: string): Promise<string[]> {
  const paths = (await readdir(folder, { recursive: true })).toSorted();
  return Promise.all(
    paths.map(async (path) => {
      const stats = await stat(join(folder, path));
      const content = stats.isFile() ? await readFile(join(folder, path), "utf8") : "folder";
      return `${path} ${stats.mode.toString(8)} ${content}`;
    }),
  );
}
