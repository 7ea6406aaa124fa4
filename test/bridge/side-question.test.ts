import { describe, expect, it } from "vitest";
import type { SideAnswer } from "../../src/bridge/side-question.ts";
import { quietSettingsOf } from "../../src/contractor/quiet-environment.ts";
import { createBridgeWorld, KEY, type BridgeWorld } from "./bridge-world.ts";

const RECALL = "what did I ask you to remember?";

async function rememberingWorld(...flags: string[]): Promise<BridgeWorld> {
  const world = await createBridgeWorld();
  world.flags = ["--fork", ...flags];
  await world.says("remember tango");
  return world;
}

function aside(
  world: BridgeWorld,
  question: string,
  signal: AbortSignal = AbortSignal.timeout(12_000),
): Promise<SideAnswer> {
  return world.bridge.askAside({ ...KEY, question, images: [], signal });
}

function lives(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}

describe("a side question", () => {
  it("is answered from what the conversation knows while a turn of it runs, and changes nothing", async () => {
    const world = await rememberingWorld("--steering");
    const before = await world.store.list();
    const ended: string[] = [];
    const stop = new AbortController();
    const turn = world.turn("hang", { signal: stop.signal }).then(({ kind }) => ended.push(kind));
    await expect.poll(() => world.prompts()).toContain("hang");
    expect((await aside(world, RECALL)).text).toBe("You asked me to remember tango.");
    expect((await aside(world, "remember fado")).text).toBe("I will remember fado.");
    expect(ended).toEqual([]);
    expect(await world.store.list()).toEqual(before);
    expect(world.pool.liveSessions).toBe(1);
    stop.abort();
    await turn;
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
  });

  it("leaves no process behind, however it ends", async () => {
    const world = await rememberingWorld();
    const { text: pid } = await aside(world, "show pid");
    expect(pid).toMatch(/^\d+$/);
    expect(pid).not.toBe(await world.says("show pid"));
    // Killed, it may still be in the system's list for a moment.
    await expect.poll(() => lives(pid)).toBe(false);
    await expect(aside(world, "crash")).rejects.toMatchObject({ code: "adapter-crashed" });
    await expect(aside(world, "fail -32603 no more today")).rejects.toMatchObject({ code: "agent-failed" });
    expect(world.pool.liveSessions).toBe(1);
    expect(await world.turn(RECALL)).toMatchObject({ text: "You asked me to remember tango.", warm: true });
  });

  it("needs no session of the conversation, and begins none", async () => {
    const world = await createBridgeWorld();
    expect((await aside(world, RECALL)).text).toBe("Nothing yet.");
    expect(await world.entry()).toBeNull();
    expect(world.pool.liveSessions).toBe(0);
  });

  it("uses no tools and asks nobody", async () => {
    const world = await rememberingWorld();
    expect((await aside(world, "run ls")).text).toBe("I was not allowed to run ls.");
    expect((await aside(world, "ask Tea? yes, no")).text).toBe('The answer: {"action":"decline"}');
    world.gated = true;
    expect((await aside(world, "look at notes.txt")).text).toBe("I was not allowed to look at notes.txt.");
  });

  it("keeps the tools that the policy leaves to the conversation's turns, and reads no other settings", async () => {
    const world = await rememberingWorld();
    await world.says("say hello", { nativeTools: ["Read"] });
    const { text } = await aside(world, "show options");
    expect(JSON.parse(text)).toMatchObject({
      ...{ tools: ["Read"], settingSources: [] },
      settings: quietSettingsOf({ endpoint: undefined }),
    });
  });

  it("that has no answer says so", async () => {
    const world = await rememberingWorld();
    expect((await aside(world, "refuse")).text).toBe("_Claude declined to answer this._");
    expect((await aside(world, "empty")).text).toBe("_Claude Code finished without a message._");
  });

  it("ends when it is withdrawn, before and after its process is there", async () => {
    const world = await rememberingWorld();
    await expect(aside(world, "hang", AbortSignal.abort())).rejects.toMatchObject({ code: "session-busy" });
    const stop = new AbortController();
    const asked = aside(world, "hang", stop.signal);
    asked.catch(() => undefined);
    await expect.poll(() => world.prompts()).toContain("hang");
    stop.abort();
    await expect(asked).rejects.toMatchObject({ code: "session-busy" });
  });

  it("is refused where the agent cannot copy a session", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    await expect(aside(world, RECALL)).rejects.toMatchObject({ code: "agent-protocol" });
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
  });
});
