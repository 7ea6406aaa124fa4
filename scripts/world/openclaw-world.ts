import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { copyWorld } from "./copy-world.ts";
import { editConfig } from "./edit-config.ts";
import { startGateway, type Gateway } from "./gateway.ts";
import { npmEnvironment } from "./npm-environment.ts";
import { OPENCLAW_PROGRAM } from "./openclaw-program.ts";

export type CommandOutcome = { exitCode: number; stdout: string; stderr: string };

/** An OpenClaw installation of its own: its own HOME, configuration, state and port, and nothing of the person's. */
export type OpenClawWorld = {
  /** Everything of the world is in here, but for a HOME that was given. */
  root: string;
  home: string;
  configPath: string;
  stateDir: string;
  environment: Record<string, string>;
  /** `openclaw <args>`; never rejects for an exit status. */
  run(args: string[], options?: { timeoutMs?: number }): Promise<CommandOutcome>;
  startGateway(): Promise<Gateway>;
  /** Stops what was started here and deletes the world. */
  dispose(): Promise<void>;
};

export type OpenClawWorldOptions = {
  /** Added to the otherwise nearly empty environment of every OpenClaw process. */
  environment?: Record<string, string>;
  /** HOME of the world; a fresh folder by default. */
  home?: string;
  /** The root of a world of which this one is a copy; no process may run in it. */
  copyOf?: string;
};

export async function createOpenClawWorld(options: OpenClawWorldOptions = {}): Promise<OpenClawWorld> {
  const root = await mkdtemp(join(tmpdir(), "contractor-world-"));
  const home = options.home ?? join(root, "home");
  // Not "state": OpenClaw has a folder of that name in it, and takes each change of that for one of the whole folder.
  const stateDir = join(root, ".openclaw");
  const configPath = join(stateDir, "openclaw.json");
  const port = await freePort();
  const token = "world-token";
  const environment = {
    ...npmEnvironment(process.env),
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    OPENCLAW_STATE_DIR: stateDir,
    OPENCLAW_CONFIG_PATH: configPath,
    OPENCLAW_SKIP_CHANNELS: "1",
    NO_COLOR: "1",
    ...options.environment,
  };
  if (options.copyOf === undefined) {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    await mkdir(home, { recursive: true });
    await writeFile(configPath, JSON.stringify(initialConfig(port, token), null, 2), { mode: 0o600 });
  } else {
    await copyWorld(options.copyOf, root);
    await editConfig({ configPath }, (config) => {
      config.gateway = { ...config.gateway, port };
    });
  }

  const gateways: Gateway[] = [];
  return {
    root,
    home,
    configPath,
    stateDir,
    environment,
    async run(args, { timeoutMs = 300_000 } = {}) {
      const result = await execa(process.execPath, [OPENCLAW_PROGRAM, ...args], {
        env: environment,
        extendEnv: false,
        reject: false,
        stdin: "ignore",
        timeout: timeoutMs,
      });
      return { exitCode: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr };
    },
    async startGateway() {
      const gateway = await startGateway({ environment, port, token });
      gateways.push(gateway);
      return gateway;
    },
    async dispose() {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function initialConfig(port: number, token: string): unknown {
  return {
    gateway: {
      mode: "local",
      bind: "loopback",
      port,
      auth: { mode: "token", token },
      http: { endpoints: { chatCompletions: { enabled: true } } },
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port could be had");
  return address.port;
}
