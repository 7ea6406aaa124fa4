import { createServer, type Server } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pluginConfigSchema } from "../../src/config/schema.ts";
import { createLimitBook, type LimitBook } from "../../src/endpoint/limit-book.ts";
import {
  watchedEndpoints,
  watchEndpoints,
  type EndpointWatchOptions,
} from "../../src/openclaw/watch-endpoints.ts";

const REMOTE = { onLimit: ["subscription"], baseUrl: "http://endpoint.invalid" };
const LOCAL = { endpoint: "local", configDir: "" };

let folder: string;
let limits: LimitBook;
let server: Server;
let port: number;
let requests: { url: string | undefined; headers: string[] }[];
const logged: string[] = [];
const stops: (() => void)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "watch-endpoints-"));
  limits = createLimitBook({ path: join(folder, "limits.json"), log: () => undefined });
  requests = [];
  logged.length = 0;
  port = await listen(0);
});

afterEach(async () => {
  for (const stop of stops.splice(0)) stop();
  await close();
  await limits.flush();
  await rm(folder, { recursive: true, force: true });
});

async function listen(at: number): Promise<number> {
  server = createServer(({ url, headers }, response) => {
    requests.push({ url, headers: Object.keys(headers) });
    response.writeHead(401).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(at, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function close(): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

type Settings = { onLimit: string[] | "error"; ambient?: NodeJS.ProcessEnv; baseUrl?: string };

function settingsOf(settings: Settings): Pick<EndpointWatchOptions, "readConfig" | "ambient"> {
  const { onLimit, ambient = {}, baseUrl = `http://127.0.0.1:${port}` } = settings;
  const config = pluginConfigSchema.parse({
    contractors: { dev: { contractor: "claude", workspace: folder, endpoint: "local", onLimit } },
    endpoints: { local: { baseUrl } },
  });
  return { readConfig: () => config, ambient };
}

function watch(settings: Settings): void {
  const log = (message: string): void => void logged.push(message);
  stops.push(watchEndpoints({ ...settingsOf(settings), limits, everyMs: 20, log }));
}

describe("watchEndpoints", () => {
  it("notes an endpoint that is down, and clears the note when it is back, without its key", async () => {
    watch({ onLimit: ["subscription"] });
    await expect.poll(() => requests.length).toBeGreaterThan(1);
    expect(limits.limitOf(LOCAL)).toBeNull();
    await close();
    await expect.poll(() => limits.limitOf(LOCAL)?.code).toBe("agent-overloaded");
    await listen(port);
    await expect.poll(() => limits.limitOf(LOCAL)).toBeNull();
    const headers = requests.flatMap((request) => request.headers);
    expect(headers.filter((name) => ["authorization", "x-api-key"].includes(name))).toEqual([]);
    expect(logged).toEqual([
      expect.stringContaining("local cannot be reached"),
      expect.stringContaining("local can be reached again"),
    ]);
  });

  it("leaves a limit that the endpoint has told as it is", async () => {
    const told = limits.note({ ...LOCAL, code: "agent-limit", resetAt: new Date(Date.now() + 3_600_000) });
    await close();
    watch({ onLimit: ["subscription"] });
    await expect.poll(() => logged.length).toBe(1);
    expect(limits.limitOf(LOCAL)).toEqual(told);
    await listen(port);
    await expect.poll(() => logged.length).toBe(2);
    expect(limits.limitOf(LOCAL)).toEqual(told);
  });

  it.each([
    ["nothing can stand in for it", { onLimit: "error" as const }],
    [
      "Claude Code reaches it through a proxy",
      { ...REMOTE, ambient: { HTTPS_PROXY: "http://proxy.invalid" } },
    ],
  ])("asks nobody where %s", (_, options) => {
    expect(watchedEndpoints(settingsOf(options))).toEqual([]);
  });

  it("asks a remote one where there is no proxy, and one on this machine in spite of one", () => {
    const { baseUrl } = REMOTE;
    expect(watchedEndpoints(settingsOf(REMOTE))).toEqual([{ name: "local", baseUrl }]);
    const ambient = { HTTPS_PROXY: "http://proxy.invalid" };
    expect(watchedEndpoints(settingsOf({ onLimit: ["subscription"], ambient }))).toHaveLength(1);
  });
});
