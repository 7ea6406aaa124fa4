import { rename, rm, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { PermissionRequest } from "../../src/acp/acp-adapter.ts";
import { pluginConfigSchema } from "../../src/config/schema.ts";
import { createBridgeWorld, KEY, type BridgeWorld } from "./bridge-world.ts";

const RECALL = "what did I ask you to remember?";

describe("a turn that cannot begin", () => {
  it.each<[string, string, (world: BridgeWorld) => unknown, string?]>([
    ["of an unknown agent", "contractor-unknown", () => undefined, "nobody"],
    ["of an agent named as every object's own", "contractor-unknown", () => undefined, "constructor"],
    ["whose key is not set", "endpoint-key-missing", useEndpointWithoutKey],
    ["whose agent does not start", "adapter-crashed", (world) => (world.program = ["-e", "process.exit(3)"])],
    [
      "whose agent fails at initialize",
      "adapter-start-failed",
      (world) => (world.flags = ["--fail-initialize"]),
    ],
    ["whose resume is refused", "agent-auth", (world) => (world.flags = ["--fail-resume", "-32000"])],
    ["whose agent cannot resume", "agent-protocol", (world) => (world.flags = ["--no-resume", "--no-load"])],
  ])("fails before anything is sent, and the mapping stays: %s", async (_, code, spoil, agentId = "dev") => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    const before = await world.store.list();
    await world.restart();
    await spoil(world);
    expect(await world.turn("say hello", { agentId })).toMatchObject({
      kind: "failed",
      accepted: false,
      mayGoElsewhere: true,
      text: "",
      error: { code },
    });
    expect(await world.store.list()).toMatchObject(before);
    expect(world.pool.liveSessions).toBe(0);
  });

  it.each<[string, string, (workspace: string) => Promise<void>]>([
    ["gone", "workspace-missing", () => Promise.resolve()],
    ["a file", "workspace-not-a-folder", (workspace) => writeFile(workspace, "")],
  ])(
    "fails before anything is sent while its workspace is %s, and goes on when that is back",
    async (_, code, spoil) => {
      const world = await createBridgeWorld();
      await world.says("remember tango");
      await world.restart();
      const elsewhere = `${world.workspace}-2`;
      await rename(world.workspace, elsewhere);
      await spoil(world.workspace);
      expect(await world.turn("say hello")).toMatchObject({
        kind: "failed",
        accepted: false,
        error: { code },
      });
      await rm(world.workspace, { force: true });
      await rename(elsewhere, world.workspace);
      expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
    },
  );

  it("is refused when it is empty, and the session stays usable", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    expect(await world.turn("  ")).toMatchObject({
      kind: "failed",
      accepted: false,
      error: { code: "usage" },
    });
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
  });

  function useEndpointWithoutKey(world: BridgeWorld): void {
    const dev = { contractor: "claude", workspace: world.workspace, endpoint: "local" };
    const endpoints = { local: { baseUrl: "http://127.0.0.1:9", apiKeyEnv: "LOCAL_KEY" } };
    world.config = pluginConfigSchema.parse({ contractors: { dev }, endpoints });
  }
});

describe("a turn that fails after the prompt", () => {
  it.each([
    ["crash", "adapter-crashed", "About to"],
    ["fail -32603 no more today", "agent-failed", ""],
    ["fail -32000 please log in", "agent-auth", ""],
  ])("is not to be sent again, and the next one resumes: %s", async (prompt, code, text) => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    const before = await world.store.list();
    expect(await world.turn(prompt)).toMatchObject({
      kind: "failed",
      accepted: true,
      mayGoElsewhere: false,
      text,
      error: { code },
    });
    expect(await world.store.list()).toMatchObject(before);
    expect(await world.turn(RECALL)).toMatchObject({
      text: "You asked me to remember tango.",
      claudeSessionId: before[0]?.claudeSessionId,
      warm: false,
    });
  });

  it("does not hold up the turn that waits behind it", async () => {
    const world = await createBridgeWorld();
    const [crashed, next] = await Promise.all([world.turn("crash"), world.turn("say hello")]);
    expect(crashed.kind).toBe("failed");
    expect(next).toMatchObject({ kind: "completed", text: "hello" });
  });
});

describe("a cancelled turn", () => {
  it("is not even begun when it was cancelled before", async () => {
    const world = await createBridgeWorld();
    expect(await world.turn("say hello", { signal: AbortSignal.abort() })).toMatchObject({
      kind: "cancelled",
      text: "",
    });
    expect(world.pool.liveSessions).toBe(0);
  });

  it.each([["count to 1000"], ["cancel-lag"]])(
    "keeps what was shown, and its session is resumed by the next: %s",
    async (prompt) => {
      const world = await createBridgeWorld();
      await world.says("remember tango");
      const before = await world.store.list();
      const cancel = new AbortController();
      const outcome = await world.turn(prompt, {
        signal: cancel.signal,
        observer: {
          onEvent: () => {
            cancel.abort();
          },
        },
      });
      expect(outcome.kind).toBe("cancelled");
      expect(outcome.text).not.toBe("");
      expect(await world.store.list()).toMatchObject(before);
      expect(await world.turn(RECALL)).toMatchObject({
        text: "You asked me to remember tango.",
        claudeSessionId: before[0]?.claudeSessionId,
      });
    },
  );

  it("ends although the agent never answers the cancel", async () => {
    const world = await createBridgeWorld();
    await world.says("say hello");
    expect(await world.turn("hang", { signal: AbortSignal.timeout(100) })).toMatchObject({
      kind: "cancelled",
    });
    expect(world.pool.liveSessions).toBe(0);
    expect(await world.says("say again")).toBe("again");
  });
});

describe("a permission", () => {
  it.each([
    ["allow-once", "Ran ls.", "completed"],
    ["deny", "I was not allowed to run ls.", "failed"],
  ] as const)("that a person answers with %s", async (decision, text, status) => {
    const world = await createBridgeWorld();
    const asked: PermissionRequest[] = [];
    const outcome = await world.turn("run ls", {
      observer: {
        onPermissionRequest: (request) => {
          asked.push(request);
          return Promise.resolve(decision);
        },
      },
    });
    expect(outcome).toMatchObject({
      kind: "completed",
      text,
      toolCalls: [{ toolName: "Bash", status, input: { command: "ls" } }],
    });
    expect(asked).toMatchObject([{ title: "ls", kind: "execute", rawInput: { command: "ls" } }]);
    expect(asked[0]?.options.map(({ kind }) => kind)).toContain("allow_once");
  });

  it("that nobody answers does not outlive a cancel", async () => {
    const world = await createBridgeWorld();
    const cancel = new AbortController();
    const outcome = await world.turn("run ls", {
      signal: cancel.signal,
      observer: {
        onPermissionRequest: () => {
          cancel.abort();
          return new Promise(() => undefined);
        },
      },
    });
    expect(outcome.kind).toBe("cancelled");
    expect(await world.entry(KEY)).toBeNull();
  });
});
