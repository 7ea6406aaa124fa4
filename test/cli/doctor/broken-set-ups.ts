import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { hostname } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { expect, onTestFinished } from "vitest";
import type { DoctorCheck } from "../../../src/cli/doctor/doctor-check.ts";
import type { DoctorPhase } from "../../../src/cli/doctor/doctor-phases.ts";
import { sessionMapPathOf } from "../../../src/contractor/runtime-state.ts";
import { createFileSessionMapStore } from "../../../src/contractor/session-map/file-session-map-store.ts";
import { CAN_MOUNT, putOnSmallDisk } from "../../e2e/world/small-disk.ts";
import { isOwnerAlive } from "../../../src/process/process-owner.ts";
import { leasesIn, nextLine, startOwner } from "../../process/lease-world.ts";
import type { DoctorWorld } from "./doctor-world.ts";

const FIX = /`openclaw contractor-agents doctor --fix`/;
const MODEL = "contractor-agent/contractor-claude-bridge";
const WRITER = join(import.meta.dirname, "../../fixtures/session-map-writer.ts");

/** Something that is broken on purpose, what the doctor has to say of it, and how a person follows its advice. */
export type BrokenSetUp = {
  name: string;
  phase: DoctorPhase;
  /** How the check's title begins. */
  title: string;
  status?: "warn";
  cause: RegExp;
  mend: RegExp;
  breakIt: (world: DoctorWorld) => unknown;
  /** Without it, the advice is to run the doctor with --fix. */
  follow?: (world: DoctorWorld, check: DoctorCheck) => unknown;
};

const host: BrokenSetUp[] = [
  {
    name: "a Node that is too old",
    phase: "host",
    title: "Node is one that is supported",
    cause: /This is Node 22\.1\.0/,
    mend: /^Install such a Node/,
    breakIt: (world) => (world.seen.versions = { node: "22.1.0", openclaw: "2026.9.6" }),
    follow: (world) => (world.seen.versions = { node: "24.16.0", openclaw: "2026.9.6" }),
  },
  {
    name: "an OpenClaw that the plugin was not made for",
    phase: "host",
    title: "OpenClaw is one that is supported",
    cause: /This is OpenClaw 2026\.8\.1/,
    mend: /openclaw update/,
    breakIt: (world) => (world.seen.versions = { node: "24.16.0", openclaw: "2026.8.1" }),
    follow: (world) => (world.seen.versions = { node: "24.16.0", openclaw: "2026.9.7" }),
  },
  {
    name: "a plugin that is switched off",
    phase: "host",
    title: "OpenClaw loads the plugin",
    cause: /plugins\.entries\.contractor-agent\.enabled is false/,
    mend: /openclaw plugins enable contractor-agent/,
    breakIt: ({ config }) => (config.plugins.entries["contractor-agent"].enabled = false),
    follow: ({ config }) => (config.plugins.entries["contractor-agent"].enabled = true),
  },
  {
    name: "no Gateway",
    phase: "host",
    title: "A Gateway answers",
    status: "warn",
    cause: /^None does/,
    mend: /openclaw gateway start/,
    breakIt: (world) => (world.seen.isGatewayReachable = () => Promise.resolve(false)),
    follow: (world) => (world.seen.isGatewayReachable = () => Promise.resolve(true)),
  },
];

const plugin: BrokenSetUp[] = [
  {
    name: "settings that are not valid",
    phase: "plugin",
    title: "The plugin's settings are valid",
    cause: /must be an absolute path/,
    mend: /openclaw config/,
    breakIt: ({ dev }) => (dev["workspace"] = "app"),
    follow: ({ dev, workspace }) => (dev["workspace"] = workspace),
  },
  {
    name: "an agent that is missing",
    phase: "plugin",
    title: "OpenClaw has the agent dev",
    cause: /no agent "dev"/,
    mend: /openclaw agents add dev --workspace \S+ --model contractor-agent\/contractor-claude-bridge/,
    breakIt: ({ config }) => (config.agents.entries = { main: {} }),
    follow: ({ config, workspace }) => (config.agents.entries = { dev: { workspace, model: MODEL } }),
  },
  {
    name: "an agent with another model",
    phase: "plugin",
    title: "dev has a model of the bridge",
    cause: /Its model is openai\/gpt-6/,
    mend: /openclaw config set agents\.entries\.dev\.model contractor-agent\/contractor-claude-bridge/,
    breakIt: ({ config }) => (config.agents.entries["dev"] = { model: { primary: "openai/gpt-6" } }),
    follow: ({ config }) => (config.agents.entries["dev"] = { model: MODEL }),
  },
  {
    name: "an agent without a model",
    phase: "plugin",
    title: "dev has a model of the bridge",
    cause: /names no model/,
    mend: FIX,
    breakIt: ({ config }) => (config.agents.entries["dev"] = {}),
  },
  {
    name: "an agent with another workspace than its contractor",
    phase: "plugin",
    title: "OpenClaw and dev mean the same workspace",
    status: "warn",
    cause: /OpenClaw's agent in \/elsewhere/,
    mend: /openclaw config set agents\.entries\.dev\.workspace/,
    breakIt: ({ config }) => (config.agents.entries["dev"] = { workspace: "/elsewhere", model: MODEL }),
    follow: ({ config, workspace }) => (config.agents.entries["dev"] = { workspace, model: MODEL }),
  },
  {
    name: "the permission mode bypass as root",
    phase: "plugin",
    title: "dev may run in its permission mode",
    cause: /refused as root/,
    mend: /as another user, or choose another permission mode/,
    breakIt(world) {
      Object.assign(world.dev, { permissionMode: "bypass", bypassAcknowledged: true });
      world.seen.uid = 0;
    },
    follow: ({ dev }) => (dev["permissionMode"] = "ask"),
  },
  {
    name: "the permission mode bypass that nobody has acknowledged",
    phase: "plugin",
    title: "dev may run in its permission mode",
    cause: /asks nobody/,
    mend: /bypassAcknowledged: true/,
    breakIt: ({ dev }) => (dev["permissionMode"] = "bypass"),
    follow: ({ dev }) => (dev["bypassAcknowledged"] = true),
  },
];

const programs: BrokenSetUp[] = [
  {
    name: "an adapter that is missing",
    phase: "adapter",
    title: "claude-agent-acp is installed",
    cause: /It is not/,
    mend: FIX,
    breakIt: ({ adapterHome }) => rm(adapterHome, { recursive: true }),
  },
  {
    name: "an adapter that has lost its program",
    phase: "adapter",
    title: "claude-agent-acp is installed",
    cause: /It is not/,
    mend: FIX,
    async breakIt({ adapterHome }) {
      await rm(adapterHome, { recursive: true });
      await mkdir(join(adapterHome, "node_modules"), { recursive: true });
    },
  },
  {
    name: "an adapter that is damaged",
    phase: "adapter",
    title: "claude-agent-acp starts and answers",
    cause: /ended|exited|crashed/,
    mend: FIX,
    breakIt: (world) => replaceAdapter(world, { program: "process.exit(3);" }),
  },
  {
    name: "an adapter of another version",
    phase: "adapter",
    title: "claude-agent-acp is the version that was tried",
    cause: /It is 0\.0\.1 and not/,
    mend: FIX,
    breakIt: (world) => replaceAdapter(world, { program: "process.exit(3);", version: "0.0.1" }),
  },
  {
    name: "a Claude Code that is not there",
    phase: "claude-code",
    title: "The Claude Code of dev answers",
    cause: /does not answer/,
    mend: /Install Claude Code at .*, or take claudeExecutable out/,
    breakIt: ({ dev, home }) => (dev["claudeExecutable"] = join(home, "claude")),
    async follow({ home }) {
      await writeFile(join(home, "claude"), "#!/bin/sh\necho '2.1.316 (Claude Code)'\n", { mode: 0o755 });
    },
  },
];

const credentials: BrokenSetUp[] = [
  {
    name: "no login",
    phase: "credentials",
    title: "dev has a Claude login",
    cause: /There is no login/,
    mend: /Log in with `claude`/,
    breakIt: ({ credentials: path }) => rm(path),
    follow: (world) => world.writeLogin({ accessToken: "new", refreshToken: "r", expiresAt: 1 }),
  },
  {
    name: "a login that has expired",
    phase: "credentials",
    title: "dev has a Claude login",
    cause: /ended on 2020-01-02/,
    mend: /Log in with `claude`/,
    breakIt: (world) =>
      world.writeLogin({ accessToken: "old", expiresAt: Date.parse("2020-01-02T00:00:00Z") }),
    follow: (world) => world.writeLogin({ accessToken: "new", expiresAt: Date.now() + 3_600_000 }),
  },
  {
    name: "a login that is damaged",
    phase: "credentials",
    title: "dev has a Claude login",
    cause: /cannot be read/,
    mend: /Log in with `claude`/,
    breakIt: ({ credentials: path }) => writeFile(path, '{"claudeAiOauth": {"acc'),
    follow: (world) => world.writeLogin({ accessToken: "new", refreshToken: "r" }),
  },
  {
    name: "an endpoint profile that is missing",
    phase: "endpoint",
    title: "dev's endpoint profiles are there",
    cause: /It names local, and there is no such profile/,
    mend: /endpoint add local/,
    breakIt: ({ dev }) => (dev["endpoint"] = "local"),
    follow: async (world) => useEndpoint(world, { baseUrl: await endpointUrl() }),
  },
  {
    name: "a key variable that is not set",
    phase: "endpoint",
    title: "local has its key",
    cause: /DOCTOR_TEST_KEY, which is not set/,
    mend: /Set DOCTOR_TEST_KEY where the Gateway is started/,
    async breakIt(world) {
      useEndpoint(world, { baseUrl: await endpointUrl(), apiKeyEnv: "DOCTOR_TEST_KEY" });
    },
    follow: () => setVariable("DOCTOR_TEST_KEY", "right"),
  },
  {
    name: "a key file that is empty",
    phase: "endpoint",
    title: "local has its key",
    cause: /cannot be read or is empty/,
    mend: /Put the key, and nothing else, into that file/,
    async breakIt(world) {
      await writeFile(join(world.home, "key"), "\n");
      useEndpoint(world, { baseUrl: await endpointUrl(), apiKeyFile: join(world.home, "key") });
    },
    follow: ({ home }) => writeFile(join(home, "key"), "right\n"),
  },
  {
    name: "a wrong key",
    phase: "endpoint",
    title: "local answers",
    cause: /invalid x-api-key/,
    mend: /Check its key/,
    async breakIt(world) {
      setVariable("DOCTOR_TEST_KEY", "wrong");
      useEndpoint(world, { baseUrl: await endpointUrl(), apiKeyEnv: "DOCTOR_TEST_KEY" });
    },
    follow: () => setVariable("DOCTOR_TEST_KEY", "right"),
  },
  {
    name: "an endpoint that nobody serves",
    phase: "endpoint",
    title: "local answers",
    cause: /ECONNREFUSED/,
    mend: /See that it runs there/,
    async breakIt(world) {
      useEndpoint(world, { baseUrl: `http://127.0.0.1:${await freePort()}` });
    },
    async follow({ config }) {
      const { port } = new URL(
        String(config.plugins.entries["contractor-agent"].config.endpoints["local"]?.["baseUrl"]),
      );
      await serve(Number(port));
    },
  },
];

const workspace: BrokenSetUp[] = [
  {
    name: "a workspace that is gone",
    phase: "workspace",
    title: "dev's workspace can be worked in",
    cause: /does not exist/,
    mend: /^Create the folder/,
    breakIt: (world) => rename(world.workspace, `${world.workspace}.moved`),
    follow: (world) => mkdir(world.workspace),
  },
  {
    name: "a workspace that is a file",
    phase: "workspace",
    title: "dev's workspace can be worked in",
    cause: /is not a folder/,
    mend: /^Name the folder/,
    breakIt: ({ dev, home }) => writeFile((dev["workspace"] = join(home, "notes")) as string, "text"),
    follow: (world) => (world.dev["workspace"] = world.workspace),
  },
  {
    name: "a workspace that this user may not read",
    phase: "workspace",
    title: "dev's workspace can be worked in",
    cause: /cannot be read \(EACCES\)|not writable for this user/,
    mend: /chmod|Change its permissions/,
    async breakIt(world) {
      await chmod(world.home, 0o755);
      await chmod(world.workspace, 0o311);
      becomeOrdinary();
    },
    follow: ({ workspace: folder }) => asRoot(() => chmod(folder, 0o777)),
  },
  {
    name: "a workspace that is the home folder",
    phase: "workspace",
    title: "dev's workspace is a project's",
    status: "warn",
    cause: /your home folder/,
    mend: /a folder of its own/,
    breakIt: ({ dev, home }) => (dev["workspace"] = home),
    follow: (world) => (world.dev["workspace"] = world.workspace),
  },
  {
    name: "a workspace that is the whole machine",
    phase: "workspace",
    title: "dev's workspace is a project's",
    status: "warn",
    cause: /the whole machine/,
    mend: /a folder of its own/,
    breakIt: ({ dev }) => (dev["workspace"] = "/"),
    follow: (world) => (world.dev["workspace"] = world.workspace),
  },
  {
    name: "a workspace that another agent works in",
    phase: "workspace",
    title: "dev works alone in its workspace",
    status: "warn",
    cause: /ops works there, too/,
    mend: /give one another workspace/,
    breakIt: (world) => (world.config.agents.entries["ops"] = { workspace: world.workspace }),
    follow: ({ config, home }) => (config.agents.entries["ops"] = { workspace: home }),
  },
];

const state: BrokenSetUp[] = [
  {
    name: "a state folder that is missing",
    phase: "state",
    title: "dev has its state folder",
    status: "warn",
    cause: /is not there/,
    mend: FIX,
    breakIt: ({ stateDir }) => rm(stateDir, { recursive: true }),
  },
  {
    name: "a file in the place of the state folder",
    phase: "state",
    title: "dev has its state folder",
    cause: /is not a folder/,
    mend: /Move it away/,
    async breakIt({ stateDir }) {
      await rename(stateDir, `${stateDir}.saved`);
      await writeFile(stateDir, "text");
    },
    async follow({ stateDir }) {
      await rename(stateDir, `${stateDir}.away`);
      await rename(`${stateDir}.saved`, stateDir);
    },
  },
  {
    name: "a state folder that cannot be written",
    phase: "state",
    title: "dev can write its state",
    cause: /EROFS|EACCES/,
    mend: /be written again|chmod u\+rwx/,
    breakIt: (world) => makeReadOnly(world.stateDir, true),
    follow: (world) => makeReadOnly(world.stateDir, false),
  },
  ...(CAN_MOUNT ? [fullDisk()] : []),
  {
    name: "a session map that is damaged",
    phase: "state",
    title: "dev's session map can be read",
    cause: /session-map\.json is not JSON/,
    mend: FIX,
    async breakIt(world) {
      await rememberConversation(world);
      await writeFile(sessionMapPathOf(world.workspace), '{"version": 1, "sess');
    },
  },
  {
    name: "a lock that a process keeps",
    phase: "state",
    title: "dev's session map can be locked",
    cause: /^Process \d+ \(node session-map-writer\.ts\) on \S+ has held .*session-map\.json\.lock since/,
    mend: /`kill \d+`/,
    async breakIt(world) {
      await holdLock(sessionMapPathOf(world.workspace));
      world.seen.now = () => new Date(Date.now() + 60_000);
    },
    async follow(_world, { mend = "" }) {
      const pid = Number(/`kill (\d+)`/.exec(mend)?.[1]);
      await endProcess(pid, "SIGTERM");
    },
  },
  {
    name: "a lock that a killed process has left",
    phase: "state",
    title: "dev's session map can be locked",
    status: "warn",
    cause: /A process that is gone has left/,
    mend: FIX,
    async breakIt(world) {
      const pid = await holdLock(sessionMapPathOf(world.workspace));
      await endProcess(pid, "SIGKILL");
    },
  },
  {
    name: "an account of usage that is damaged",
    phase: "state",
    title: "dev's account of usage can be read",
    cause: /usage\.json is not JSON/,
    mend: /`openclaw contractor-agents budget reset --agent-id dev`/,
    breakIt: ({ stateDir }) => writeFile(join(stateDir, "usage.json"), "{", { mode: 0o600 }),
    follow: (world) => world.host().openSpending(world.workspace).resetAgent("dev"),
  },
  {
    name: "state that other users may read",
    phase: "state",
    title: "dev's state is closed to other users",
    status: "warn",
    cause: /session-map\.json \(mode 644\)/,
    mend: FIX,
    breakIt: ({ stateDir }) => chmod(join(stateDir, "session-map.json"), 0o644),
  },
  {
    name: "notes of limits that are damaged",
    phase: "state",
    title: "The notes of limits can be read",
    status: "warn",
    cause: /limits\.json holds no notes/,
    mend: FIX,
    breakIt: ({ pluginDir }) => writeFile(join(pluginDir, "limits.json"), "[]", { mode: 0o600 }),
  },
];

const processes: BrokenSetUp[] = [
  {
    name: "a process that a killed Gateway has left",
    phase: "processes",
    title: "No process is left over",
    cause: /A Gateway that is gone has left agent 0 \(pid \d+\)/,
    mend: FIX,
    breakIt: leaveProcess,
  },
  {
    name: "a lease of processes that have ended",
    phase: "processes",
    title: "No lease is stale",
    status: "warn",
    cause: /1 lease tells of processes that have ended/,
    mend: FIX,
    async breakIt(world) {
      const pid = await leaveProcess(world);
      await endProcess(pid, "SIGKILL");
    },
  },
  {
    name: "a lease that cannot be read",
    phase: "processes",
    title: "Every lease can be read",
    status: "warn",
    cause: /damaged\.json cannot be/,
    mend: FIX,
    async breakIt({ pluginDir }) {
      const path = join(pluginDir, "processes", "damaged.json");
      await mkdir(join(pluginDir, "processes"), { mode: 0o700 });
      await writeFile(path, '{"version": 1, "id"');
      const earlier = new Date(Date.now() - 3_600_000);
      await utimes(path, earlier, earlier);
    },
  },
];

export const BROKEN_SET_UPS = [
  ...host,
  ...plugin,
  ...programs,
  ...credentials,
  ...workspace,
  ...state,
  ...processes,
];

function fullDisk(): BrokenSetUp {
  let makeRoom: () => Promise<void>;
  return {
    name: "a full disk",
    phase: "state",
    title: "dev can write its state",
    cause: /ENOSPC/,
    mend: /^Make room on the disk/,
    async breakIt({ stateDir }) {
      const disk = await putOnSmallDisk(stateDir);
      onTestFinished(disk.remove);
      ({ makeRoom } = disk);
      await disk.fill();
    },
    follow: () => makeRoom(),
  };
}

async function makeReadOnly(folder: string, readOnly: boolean): Promise<void> {
  if (!CAN_MOUNT) return chmod(folder, readOnly ? 0o500 : 0o700);
  if (readOnly) onTestFinished((await putOnSmallDisk(folder)).remove);
  await promisify(execFile)("mount", ["-o", `remount,${readOnly ? "ro" : "rw"}`, folder]);
}

const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;

/** Root may read everything: until the test's end, files are looked at as somebody else. */
function becomeOrdinary(): void {
  if (!IS_ROOT) return;
  process.seteuid?.(NOBODY);
  onTestFinished(() => process.seteuid?.(0));
}

async function asRoot(work: () => Promise<void>): Promise<void> {
  if (!IS_ROOT) return work();
  process.seteuid?.(0);
  await work();
  process.seteuid?.(NOBODY);
}

async function replaceAdapter(
  { adapterHome }: DoctorWorld,
  { program, version }: { program: string; version?: string },
): Promise<void> {
  const path = "node_modules/@agentclientprotocol/claude-agent-acp";
  const original = await readFile(join(adapterHome, path, "package.json"), "utf8");
  const manifest = JSON.parse(original) as Record<string, unknown>;
  await rm(adapterHome, { recursive: true });
  await mkdir(join(adapterHome, path, "dist"), { recursive: true });
  await writeFile(
    join(adapterHome, path, "package.json"),
    JSON.stringify(version === undefined ? manifest : { ...manifest, version }),
  );
  await writeFile(join(adapterHome, path, "dist/index.js"), program);
}

async function rememberConversation({ workspace: folder }: DoctorWorld): Promise<void> {
  const at = "2026-01-01T00:00:00.000Z";
  const store = createFileSessionMapStore({ workspace: folder });
  await store.install(
    {
      ...{ openclawSessionKey: "agent:dev:main", agentId: "dev", contractor: "claude", workspace: folder },
      ...{ claudeSessionId: "kept", createdAt: at, lastActivityAt: at, state: "active", turns: 1 },
    },
    { expected: null, endedBy: "superseded" },
  );
}

async function holdLock(path: string): Promise<number> {
  const child = spawn(process.execPath, [WRITER, "hold", path], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(createInterface({ input: child.stdout }), "line");
  return child.pid ?? -1;
}

/** What a Gateway that is killed leaves behind when nobody guards it; the pid of its agent. */
async function leaveProcess({ pluginDir, home }: DoctorWorld): Promise<number> {
  const folder = join(pluginDir, "processes");
  const environment = { HOME: home, PATH: process.env["PATH"] ?? "" };
  const agent = { command: "sleep", args: ["300"], environment };
  const owner = startOwner("run", { folder, guard: false, ...agent });
  let words = await nextLine(owner.stdout);
  while (!words.includes("started")) words += await nextLine(owner.stdout);
  // Its pid is noted when the process runs, a moment after its start.
  await expect.poll(async () => (await leasesIn(folder))[0]?.pid).toBeGreaterThan(0);
  const pid = (await leasesIn(folder))[0]?.pid ?? -1;
  await endProcess(owner.pid, "SIGKILL");
  return pid;
}

async function endProcess(pid: number, signal: NodeJS.Signals): Promise<void> {
  process.kill(pid, signal);
  await expect.poll(() => isOwnerAlive({ pid, host: hostname(), startTime: null })).toBe(false);
}

function setVariable(name: string, value: string): void {
  process.env[name] = value;
  onTestFinished(() => void Reflect.deleteProperty(process.env, name));
}

function useEndpoint({ dev, config }: DoctorWorld, profile: Record<string, unknown>): void {
  dev["endpoint"] = "local";
  config.plugins.entries["contractor-agent"].config.endpoints["local"] = profile;
}

async function endpointUrl(): Promise<string> {
  return `http://127.0.0.1:${await serve(0)}`;
}

/** Takes any request without a key, or with the right one. */
async function serve(port: number): Promise<number> {
  const server = createServer(({ headers }, response) => {
    const key = headers["x-api-key"];
    const allowed = key === undefined || key === "right";
    response.writeHead(allowed ? 200 : 401, { "content-type": "application/json" });
    const refusal = { type: "error", error: { type: "authentication_error", message: "invalid x-api-key" } };
    response.end(JSON.stringify(allowed ? { data: [] } : refusal));
  });
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => void server.close());
  return listen(server, port);
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port could be had");
  return address.port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  server.close();
  await once(server, "close");
  return port;
}
