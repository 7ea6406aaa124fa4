import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { onTestFinished, vi } from "vitest";
import adapterManifest from "../../../adapters/claude-agent-acp/package.json" with { type: "json" };
import { diagnose, type DoctorOptions, type DoctorReport } from "../../../src/cli/doctor/doctor.ts";
import { ensureStateDir } from "../../../src/contractor/runtime-state.ts";
import type { ConfigMutator } from "../../../src/openclaw/agent-config-writer.ts";
import { createDoctorHost, type DoctorHost } from "../../../src/openclaw/doctor-host.ts";
import type { HostConfig } from "../../../src/openclaw/plugin-config.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");
const ADAPTER_HOME = `claude-agent-acp-${adapterManifest.version}`;
const MODEL = "contractor-agent/contractor-claude-bridge";
/** Far enough for every test, near enough for a date. */
const LATER = Date.parse("2100-01-01T00:00:00.000Z");

type Stanza = Record<string, unknown>;

/** The part of OpenClaw's configuration that the doctor goes by. */
export type WorldConfig = {
  agents: { entries: Record<string, Stanza>; defaults?: Stanza };
  plugins: {
    entries: Record<
      "contractor-agent",
      {
        enabled?: boolean;
        config: { contractors: Record<string, Stanza>; endpoints: Record<string, Stanza> };
      }
    >;
  };
};

/** A machine with one contractor, `dev`, with which nothing is wrong: real files, and the real adapter. */
export type DoctorWorld = {
  home: string;
  workspace: string;
  /** The plugin's folder in the workspace, and the one in OpenClaw's state folder. */
  stateDir: string;
  pluginDir: string;
  /** Where the adapter is installed. */
  adapterHome: string;
  credentials: string;
  config: WorldConfig;
  /** `dev`'s own settings. */
  dev: Stanza;
  /** What the doctor shall see of the machine that a test cannot change. */
  seen: Partial<DoctorHost>;
  host(): DoctorHost;
  diagnose(options?: DoctorOptions): Promise<DoctorReport>;
  writeLogin(login: Stanza): Promise<void>;
};

/** It ends with the test. */
export async function createDoctorWorld(): Promise<DoctorWorld> {
  const home = await realpath(await mkdtemp(join(tmpdir(), "doctor-world-")));
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(home, { recursive: true, force: true });
  });
  const workspace = join(home, "app");
  const openclawDir = join(home, "openclaw");
  const pluginDir = join(openclawDir, "contractor-agent");
  const adapterHome = join(pluginDir, "adapters", ADAPTER_HOME);
  await mkdir(workspace);
  await mkdir(join(home, ".claude"));
  await mkdir(pluginDir, { recursive: true, mode: 0o700 });
  await installAdapter(adapterHome);
  await ensureStateDir(workspace);
  vi.stubEnv("HOME", home);
  vi.stubEnv("OPENCLAW_STATE_DIR", openclawDir);
  vi.stubEnv("PATH", `${await npmStub(home)}${delimiter}${process.env["PATH"] ?? ""}`);

  const dev: Stanza = { contractor: "claude", workspace };
  const config: WorldConfig = {
    agents: { entries: { dev: { workspace, model: MODEL } } },
    plugins: { entries: { "contractor-agent": { config: { contractors: { dev }, endpoints: {} } } } },
  };
  const world: DoctorWorld = {
    ...{ home, workspace, pluginDir, adapterHome, config, dev },
    stateDir: join(workspace, ".openclaw/contractor-agent"),
    credentials: join(home, ".claude/.credentials.json"),
    seen: {},
    host() {
      const hostConfig = config as HostConfig;
      const options = { hostConfig, configMutator: mutatorOf(config), openclawVersion: "2026.9.6" };
      const nothingAmbient = { ambientVariables: [], isGatewayReachable: () => Promise.resolve(true) };
      return { ...createDoctorHost(options), uid: 1_000, ...nothingAmbient, ...world.seen };
    },
    diagnose: (options = {}) => diagnose(world.host(), options),
    writeLogin: (login) =>
      writeFile(world.credentials, JSON.stringify({ claudeAiOauth: login }), { mode: 0o600 }),
  };
  await world.writeLogin({ accessToken: "token", refreshToken: "", expiresAt: LATER });
  return world;
}

/** As npm would leave it, but for the packages themselves. */
async function installAdapter(home: string): Promise<void> {
  await mkdir(home, { recursive: true });
  await symlink(join(REPOSITORY, "node_modules"), join(home, "node_modules"));
}

/** `npm ci` of an adapter downloads half a gigabyte; this one takes the packages that are here. */
async function npmStub(home: string): Promise<string> {
  const folder = join(home, "bin");
  const program = join(folder, "npm");
  await mkdir(folder);
  await writeFile(program, `#!/bin/sh\nexec ln -s '${join(REPOSITORY, "node_modules")}' node_modules\n`);
  await chmod(program, 0o755);
  return folder;
}

function mutatorOf(config: WorldConfig): ConfigMutator {
  return {
    runtime: {
      config: {
        mutateConfigFile: ({ mutate }) =>
          Promise.try(() => ({ result: mutate(config as Parameters<typeof mutate>[0]) })),
      },
    },
  };
}
