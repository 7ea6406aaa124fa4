import { access, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { McpServerDefinition, PromptImage } from "../../src/acp/acp-adapter.ts";
import { createAcpAdapter } from "../../src/acp/create-acp-adapter.ts";
import type { BridgeDependencies } from "../../src/bridge/bridge-dependencies.ts";
import {
  createContractorClaudeBridge,
  type ContractorClaudeBridge,
} from "../../src/bridge/contractor-claude-bridge.ts";
import { createLatestTools } from "../../src/bridge/latest-tools.ts";
import { createLiveTurns } from "../../src/bridge/live-turns.ts";
import { createRecentFailures } from "../../src/bridge/recent-failures.ts";
import { createPermissionGrants } from "../../src/bridge/permission-grants.ts";
import { createTurnQueue } from "../../src/bridge/turn-queue.ts";
import type {
  InboundAttachment,
  HistoryMessage,
  TurnObserver,
  TurnOutcome,
  TurnRequest,
  TurnChoices,
} from "../../src/bridge/turn.ts";
import { pluginConfigSchema, type PluginConfig } from "../../src/config/schema.ts";
import { buildClaudeBootstrap, readPersonaFiles } from "../../src/contractor/bootstrap.ts";
import { claudeContextStamp } from "../../src/contractor/claude-context-stamp.ts";
import { claudeEnvironment } from "../../src/contractor/claude-environment.ts";
import { endpointNameOf } from "../../src/contractor/metadata-resolver.ts";
import { resolveEndpointKey } from "../../src/endpoint/endpoint-key.ts";
import { createLimitBook, type LimitBook } from "../../src/endpoint/limit-book.ts";
import { createFileSessionMapStore } from "../../src/contractor/session-map/file-session-map-store.ts";
import { createFileOpenTurns } from "../../src/contractor/open-turns.ts";
import { createFileTurnLog } from "../../src/contractor/turn-log/file-turn-log.ts";
import { turnLogPathOf } from "../../src/contractor/turn-log/turn-log-files.ts";
import type { TurnLogEntry } from "../../src/contractor/turn-log/turn-log-entry.ts";
import { createFileSpendingLedger } from "../../src/contractor/spending/file-spending-ledger.ts";
import type { SpendingLedger } from "../../src/contractor/spending/spending-ledger.ts";
import type { SessionMapEntry } from "../../src/contractor/session-map/session-map-entry.ts";
import type { ConversationKey, SessionMapStore } from "../../src/contractor/session-map/session-map-store.ts";
import { resolveWorkspace } from "../../src/contractor/workspace.ts";
import { liveStateOf } from "../../src/overview/live-state.ts";
import type { ContractorOverview } from "../../src/overview/overview.ts";
import { readOverview } from "../../src/overview/read-overview.ts";
import { createToolGate } from "../../src/loopback/tool-gate.ts";
import { createSessionPool, type SessionPool } from "../../src/pool/session-pool.ts";

const PROGRAM = join(import.meta.dirname, "..", "fixtures", "scripted-acp-agent.ts");
/** Many processes of one program are started: what one has compiled, the next one need not. */
const COMPILE_CACHE = join(tmpdir(), "contractor-agent-compile-cache");
/** What only a flush or the next durable change writes is lost in a crash: no timer of an earlier store comes later. */
const NEVER_MS = 3_600_000;
const TIMINGS = { initializeMs: 10_000, openSessionMs: 10_000, cancelGraceMs: 300, closeGraceMs: 500 };

export const KEY: ConversationKey = { agentId: "dev", openclawSessionKey: "agent:dev:main" };

export type TurnOptions = Partial<Omit<TurnRequest, "message">> & {
  context?: string;
  images?: PromptImage[];
  attachments?: InboundAttachment[];
  observer?: Partial<TurnObserver>;
};

/** The whole bridge on scripted agents as real processes; what tests change applies from the next process on. */
/** Four sessions, and no spare ones. */
export const BRIDGE_POOL = {
  idleMs: 60_000,
  maxLive: 4,
  maxBytes: Infinity,
  spares: false,
  waitMs: 60_000,
};

export type BridgeWorld = {
  bridge: ContractorClaudeBridge;
  pool: SessionPool;
  /** The store that the bridge works with; a restart opens the file anew. */
  store: SessionMapStore;
  /** What the agents have used; a restart opens the file anew. */
  ledger: SpendingLedger;
  /** The ledger's clock, in UTC; the bridge's own is another one, which goes on with each look. */
  today: Date;
  readonly workspace: string;
  config: PluginConfig;
  /** Flags of the agents that start from now on. */
  flags: string[];
  /** Arguments of Node in place of the scripted agent. */
  program: string[];
  openSessionMs: number;
  /** Whether agents that start from now on ask the tool gate about every call. */
  gated: boolean;
  /** The user whom Claude Code runs as. */
  uid: number;
  /** Whether the plugin looks for transcripts where the agent keeps them, where it does not, or cannot look at all. */
  transcriptSearch: "works" | "finds nothing" | "fails";
  /** What OpenClaw still has of every conversation. */
  history: HistoryMessage[];
  /** The bridge's own clock, in epoch milliseconds: what OpenClaw keeps is timed by the same one. */
  historyClock: () => number;
  /** What was delivered outside of any turn. */
  /** What the bridge told nobody else. */
  log: string[];
  lateAnswers: string[];
  lateAnswerKeys: ConversationKey[];
  /** Further flags of the agents of one endpoint, by its name. */
  flagsAt: Record<string, string[]>;
  limits: LimitBook;
  /** What the limits go by. */
  clock: Date;
  /** The person's own, as every contractor is given them. */
  mcpServers: McpServerDefinition[];
  turn(text: string, options?: TurnOptions): Promise<TurnOutcome>;
  /** The text of a turn that must be completed. */
  says(text: string, options?: TurnOptions): Promise<string>;
  entry(key?: ConversationKey): Promise<SessionMapEntry | null>;
  /** The map as another process has it. */
  anotherStore(folder?: string): SessionMapStore;
  /** What the log has of the turns. */
  turnLog(): Promise<TurnLogEntry[]>;
  /** Every prompt that an agent has received, in order. */
  prompts(): Promise<string[]>;
  /** What a new Gateway process begins with: the map and the agent's own files, no live session. */
  restart(): Promise<void>;
  /** The same, without a regular end of the process before. */
  crash(): Promise<void>;
  /** What a Gateway tells of the contractor. */
  overview(): Promise<ContractorOverview>;
  /** Ids of the sessions that the agent keeps a transcript of. */
  transcripts(): Promise<string[]>;
  deleteTranscript(sessionId: string): Promise<void>;
  /** Leaves the file, without anything that was said. */
  emptyTranscript(sessionId: string): Promise<void>;
};

/** No variable is set, and OpenClaw has no secrets. */
const NO_KEYS = { ambient: {}, resolveSecret: () => Promise.resolve(undefined) };

export async function createBridgeWorld(
  contractor: Record<string, unknown> = {},
  endpoints: Record<string, unknown> = {},
): Promise<BridgeWorld> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "bridge-")));
  const workspace = join(root, "workspace");
  const transcripts = join(root, "transcripts");
  const promptLog = join(root, "prompts");
  await mkdir(workspace);
  await mkdir(transcripts);
  const openStore = (folder = workspace): SessionMapStore =>
    createFileSessionMapStore({ workspace: folder, flushMs: NEVER_MS });
  const openLedger = (): SpendingLedger =>
    createFileSpendingLedger({ workspace, now: () => world.today, timeZone: "UTC", flushMs: NEVER_MS });
  const transcriptOf = (sessionId: string): string => join(transcripts, `${sessionId}.json`);
  let seconds = 0;
  const now = (): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds++));

  function newBridge(pool: SessionPool): ContractorClaudeBridge {
    memory = newMemory();
    return createContractorClaudeBridge({
      pool,
      spareWanted: (agentId) => void world.bridge.prepareSpare(agentId),
      ...memory,
      limits: world.limits,
      turnLog,
      readConfig: () => world.config,
      openStore: () => world.store,
      openSpending: () => world.ledger,
      createAdapter: async (metadata) => {
        const { endpoint } = metadata;
        if (endpoint !== undefined) await resolveEndpointKey(endpoint, NO_KEYS);
        const environment = {
          ...claudeEnvironment(metadata, { access: undefined, ambient: {} }),
          PATH: process.env["PATH"] ?? "",
          NODE_COMPILE_CACHE: COMPILE_CACHE,
        };
        const flags = [...world.flags, ...(world.flagsAt[endpointNameOf(metadata)] ?? [])];
        const args = [...world.program, "--store", transcripts, "--prompt-log", promptLog, ...flags];
        return createAcpAdapter(
          { command: process.execPath, args, environment },
          {
            timings: { ...TIMINGS, openSessionMs: world.openSessionMs },
            ...(world.gated ? { gate } : {}),
          },
        );
      },
      resolveWorkspace,
      readBootstrap: async (metadata) =>
        buildClaudeBootstrap(metadata, await readPersonaFiles(metadata.workspace, {})),
      readContextStamp: (_metadata, folder) =>
        claudeContextStamp(folder, { configFolder: root, now: new Date(0) }),
      findTranscript: async (sessionId) => {
        if (world.transcriptSearch === "fails") throw new Error("EACCES");
        const path = transcriptOf(sessionId);
        return world.transcriptSearch === "works" && (await isPresent(path)) ? path : null;
      },
      holdsConversation: async (path) => (await readFile(path, "utf8")) !== "",
      readMcpServers: () => world.mcpServers,
      openTurns: (folder) => createFileOpenTurns(folder, now),
      deliverLateAnswer: ({ text, ...key }) => {
        world.lateAnswers.push(text);
        world.lateAnswerKeys.push(key);
        return Promise.resolve();
      },
      grants,
      choices,
      latestTools,
      get uid() {
        return world.uid;
      },
      unrecorded: new Map(),
      log: (message) => world.log.push(message),
      now,
    });
  }

  const turnLog = createFileTurnLog({
    folder: root,
    log: (message) => world.log.push(message),
    flushMs: NEVER_MS,
  });
  let memory = newMemory();
  const grants = createPermissionGrants();
  const choices = new Map<string, TurnChoices>();
  const latestTools = createLatestTools({
    path: join(root, "latest-tools.json"),
    log: (message) => world.log.push(message),
  });
  const gate = createToolGate({ ambient: {} });
  const newPool = (): SessionPool => createSessionPool(BRIDGE_POOL);
  const firstPool = newPool();
  const world: BridgeWorld = {
    bridge: undefined as unknown as ContractorClaudeBridge,
    pool: firstPool,
    store: openStore(),
    ledger: openLedger(),
    today: new Date("2026-01-01T20:48:00.000Z"),
    workspace,
    config: pluginConfigSchema.parse({
      contractors: { dev: { contractor: "claude", workspace, ...contractor } },
      endpoints,
    }),
    flags: [],
    flagsAt: {},
    limits: createLimitBook({
      path: join(root, "limits.json"),
      log: () => undefined,
      now: () => world.clock,
    }),
    clock: new Date(),
    program: [PROGRAM],
    openSessionMs: TIMINGS.openSessionMs,
    gated: false,
    uid: 1000,
    transcriptSearch: "works",
    history: [],
    historyClock: () => now().getTime(),
    lateAnswers: [],
    log: [],
    lateAnswerKeys: [],
    mcpServers: [],
    turn: (text, options) => runTurn(world, { text, options }),
    async says(text, options) {
      const outcome = await world.turn(text, options);
      if (outcome.kind === "completed") return outcome.text;
      throw outcome.kind === "failed" ? outcome.error : new Error("The turn was cancelled.");
    },
    entry: (key = KEY) => world.store.get(key),
    anotherStore: openStore,
    async turnLog() {
      await turnLog.flush();
      return linesOf<TurnLogEntry>(turnLogPathOf(root));
    },
    prompts: () => linesOf<string>(promptLog),
    async restart() {
      await world.store.flush();
      await world.ledger.flush();
      await world.crash();
    },
    async crash() {
      await world.pool.drain();
      world.pool = newPool();
      world.store = openStore();
      world.ledger = openLedger();
      world.bridge = newBridge(world.pool);
    },
    async overview() {
      const live = liveStateOf({ pool: world.pool, ...memory });
      const sources = { config: world.config, limits: world.limits, live, now };
      const { contractors } = await readOverview(
        {
          ...sources,
          reportsCost: () => true,
          openStore: () => world.store,
          openSpending: () => world.ledger,
        },
        { agentId: KEY.agentId, ended: true },
      );
      const [contractor] = contractors;
      if (contractor === undefined) throw new Error("The contractor is not in the overview.");
      return contractor;
    },
    transcripts: async () => (await readdir(transcripts)).map((name) => name.replace(/\.json$/, "")),
    deleteTranscript: (sessionId) => rm(transcriptOf(sessionId)),
    emptyTranscript: (sessionId) => writeFile(transcriptOf(sessionId), ""),
  };
  world.bridge = newBridge(firstPool);
  onTestFinished(async () => {
    await world.pool.drain();
    await gate.close();
    // A note that is being written would come into the folder while it is deleted.
    await world.limits.flush();
    await latestTools.flush();
    await rm(root, { recursive: true, force: true });
  });
  return world;
}

/** What one process knows, and the next one does not. */
function newMemory(): Pick<BridgeDependencies, "queue" | "failures" | "liveTurns" | "seenCosts"> {
  const seenCosts = new Map<string, number>();
  return {
    queue: createTurnQueue(),
    failures: createRecentFailures(),
    liveTurns: createLiveTurns(),
    seenCosts,
  };
}

function runTurn(
  world: BridgeWorld,
  { text, options = {} }: { text: string; options: TurnOptions | undefined },
): Promise<TurnOutcome> {
  const { context, images = [], attachments = [], observer, ...request } = options;
  return world.bridge.runTurn(
    {
      ...KEY,
      lifecycle: undefined,
      readHistory: () => Promise.resolve(world.history),
      instructions: undefined,
      settings: { model: null, effort: null, fast: null },
      purpose: "chat",
      nativeTools: undefined,
      openclawTools: null,
      deadlineAt: undefined,
      signal: AbortSignal.timeout(20_000),
      lastTurnOfProcess: false,
      ...request,
      message: { text, context, images, attachments },
    },
    {
      onEvent: () => undefined,
      onSteerable: () => undefined,
      onBeforeToolCall: () => Promise.resolve({ allow: true }),
      onPermissionRequest: () => Promise.resolve("deny"),
      onQuestion: () => Promise.resolve({ action: "decline" }),
      ...observer,
    },
  );
}

async function linesOf<Value>(path: string): Promise<Value[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Value);
}

async function isPresent(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
