import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addContractor } from "../../../src/cli/add.ts";
import {
  addEndpoint,
  listEndpoints,
  removeEndpoint,
  useEndpoint,
} from "../../../src/cli/endpoint/endpoint-profiles.ts";
import { createHostStandIn, type HostStandIn } from "../host-stand-in.ts";

const LOCAL = { name: "local", baseUrl: "http://127.0.0.1:11434", apiKeyEnv: "LOCAL_KEY" };
const SECRET = "sk-ant-secret";

let home: string;
let host: HostStandIn;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "cli-endpoint-"));
  host = await createHostStandIn(home);
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function add(overrides: Partial<typeof LOCAL> = {}): ReturnType<typeof addEndpoint> {
  return addEndpoint(await host.context(), { ...LOCAL, ...overrides });
}

async function useIt(): Promise<void> {
  const workspace = join(home, "app");
  await mkdir(workspace);
  const settings = { contractor: "claude", mode: "persistent", adapter: "claude-agent-acp" } as const;
  await addContractor(await host.context(), { agentId: "dev", workspace, endpoint: "local", ...settings });
}

describe("endpoint add", () => {
  it("stores where the model is and the name of the key's variable", async () => {
    expect((await add()).data).toEqual(LOCAL);
    expect((await host.context()).config.endpoints).toEqual({
      local: {
        ...{ baseUrl: LOCAL.baseUrl, apiKeyEnv: LOCAL.apiKeyEnv },
        ...{ format: "anthropic", auth: "api-key", noTelemetry: true },
      },
    });
  });

  it.each([
    ["http://127.0.0.1:11434/", "http://127.0.0.1:11434"],
    ["http://127.0.0.1:11434/v1", "http://127.0.0.1:11434"],
    ["http://127.0.0.1:11434/v1//", "http://127.0.0.1:11434"],
    ["https://Gateway.example/anthropic/", "https://gateway.example/anthropic"],
  ])("takes %s for %s", async (baseUrl, expected) => {
    expect((await add({ baseUrl })).data).toMatchObject({ baseUrl: expected });
  });

  it.each([
    ["endpoint-name-invalid", { name: "My Endpoint" }],
    ["endpoint-name-invalid", { name: "" }],
    ["endpoint-url-invalid", { baseUrl: "localhost:11434" }],
    ["endpoint-url-invalid", { baseUrl: "ftp://127.0.0.1" }],
    ["endpoint-url-invalid", { baseUrl: "nonsense" }],
    ["endpoint-url-invalid", { baseUrl: `https://user:${SECRET}@gateway.example` }],
    ["usage", { apiKeyEnv: SECRET }],
    ["usage", { apiKeyEnv: "" }],
  ])("refuses with %s: %j, changes nothing and repeats no secret", async (code, options) => {
    const failure: unknown = await add(options).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, message: expect.not.stringContaining(SECRET) as string });
    expect((await host.context()).config.endpoints).toEqual({});
  });

  it("refuses a name that is taken, and takes one that every object has", async () => {
    await add();
    await expect(add({ baseUrl: "http://127.0.0.1:1" })).rejects.toMatchObject({ code: "endpoint-exists" });
    expect((await host.context()).config.endpoints["local"]?.baseUrl).toBe(LOCAL.baseUrl);
    expect((await add({ name: "constructor" })).data).toMatchObject({ name: "constructor" });
  });
});

describe("endpoint list", () => {
  it("shows every endpoint and who uses it, in columns", async () => {
    await add();
    await add({ name: "b", baseUrl: "http://127.0.0.1:1" });
    await useIt();
    const { data, text } = await listEndpoints(await host.context());
    expect(data).toMatchObject({
      endpoints: [LOCAL, { ...LOCAL, name: "b", baseUrl: "http://127.0.0.1:1" }],
    });
    expect(stripVTControlCharacters(text)).toBe(
      [
        "NAME   FORMAT     ADDRESS                 AUTH     KEY FROM   MODEL  USED BY",
        "local  anthropic  http://127.0.0.1:11434  api-key  LOCAL_KEY  -      dev",
        "b      anthropic  http://127.0.0.1:1      api-key  LOCAL_KEY  -      -",
      ].join("\n"),
    );
  });

  it("says what contractors use without any", async () => {
    const { data, text } = await listEndpoints(await host.context());
    expect(data).toEqual({ endpoints: [] });
    expect(text).toContain("Claude login");
  });
});

describe("endpoint use", () => {
  it("has a contractor run elsewhere, and on the Claude login again", async () => {
    await add();
    await add({ name: "b", baseUrl: "http://127.0.0.1:1" });
    await useIt();
    const used = async (): Promise<unknown> => (await host.context()).config.contractors["dev"]?.endpoint;
    await useEndpoint(await host.context(), { name: "b", agentId: "dev" });
    expect(await used()).toBe("b");
    await useEndpoint(await host.context(), { name: "subscription", agentId: "dev" });
    expect(await used()).toBeUndefined();
  });

  it("refuses a contractor and an endpoint that are not there", async () => {
    await expect(useEndpoint(await host.context(), { name: "local", agentId: "dev" })).rejects.toMatchObject({
      code: "contractor-unknown",
    });
    await add();
    await useIt();
    await expect(
      useEndpoint(await host.context(), { name: "nowhere", agentId: "dev" }),
    ).rejects.toMatchObject({ code: "endpoint-unknown" });
  });
});

describe("endpoint remove", () => {
  it("removes one that nobody uses", async () => {
    await add();
    expect((await removeEndpoint(await host.context(), "local")).data).toEqual({ name: "local" });
    expect((await host.context()).config.endpoints).toEqual({});
  });

  it("refuses one that is used, or unknown", async () => {
    await add();
    await useIt();
    await expect(removeEndpoint(await host.context(), "local")).rejects.toMatchObject({
      code: "endpoint-in-use",
      message: expect.stringContaining("dev") as string,
    });
    for (const name of ["gone", "constructor"]) {
      await expect(removeEndpoint(await host.context(), name)).rejects.toMatchObject({
        code: "endpoint-unknown",
      });
    }
  });
});
