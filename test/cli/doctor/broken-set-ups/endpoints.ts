import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { DoctorWorld } from "../doctor-world.ts";
import type { BrokenSetUp } from "./broken-set-up.ts";

export const ENDPOINTS: BrokenSetUp[] = [
  {
    name: "an endpoint profile that is missing",
    phase: "endpoint",
    title: "dev's endpoint profiles are there",
    cause: /It names local, and there is no such profile/,
    mend: /endpoint add local/,
    breakIt: ({ dev }) => (dev["endpoint"] = "local"),
    async follow(world) {
      useEndpoint(world, { baseUrl: await endpointUrl() });
    },
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
    follow() {
      setVariable("DOCTOR_TEST_KEY", "right");
    },
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
    follow() {
      setVariable("DOCTOR_TEST_KEY", "right");
    },
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
  onTestFinished(() => {
    server.closeAllConnections();
  });
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
