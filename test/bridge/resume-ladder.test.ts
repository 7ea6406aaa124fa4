import { rename } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { noticesOf } from "../../src/bridge/session-start.ts";
import type { TurnEvent } from "../../src/bridge/turn.ts";
import { createBridgeWorld, KEY, type BridgeWorld } from "./bridge-world.ts";

const RECALL = "what did I ask you to remember?";
const [LOST_NOTICE = ""] = noticesOf({ interrupted: false, fresh: "lost", summarized: false });

type Restarted = { world: BridgeWorld; sessionId: string };
type Witness = "present" | "missing" | "empty" | "unseen";

/** A conversation of one turn, after a restart: its next turn has to resume. */
async function restartedConversation(witness: Witness = "present"): Promise<Restarted> {
  const world = await createBridgeWorld();
  if (witness === "unseen") world.transcriptSearch = "finds nothing";
  await world.says("remember tango");
  await world.restart();
  const sessionId = (await world.entry())?.claudeSessionId ?? "";
  if (witness === "missing") await world.deleteTranscript(sessionId);
  if (witness === "empty") await world.emptyTranscript(sessionId);
  return { world, sessionId };
}

async function states(world: BridgeWorld): Promise<string[]> {
  return (await world.store.list()).map(({ state }) => state);
}

const INTERNAL_ERROR = ["--fail-resume", "-32603", "--fail-load", "-32603"];

/** What the agent is like, by its answer to a request to resume. */
const ANSWERS = {
  success: ["--resume-forgets"],
  "-32002": ["--fail-resume", "-32002"],
  "-32603": INTERNAL_ERROR,
  nothing: ["--hang-resume"],
};

async function resumeWith(answer: keyof typeof ANSWERS, witness: Witness): Promise<Restarted> {
  const restarted = await restartedConversation(witness);
  restarted.world.flags = ANSWERS[answer];
  if (answer === "nothing") restarted.world.openSessionMs = 300;
  return restarted;
}

describe("a session that goes on", () => {
  it.each<Witness>(["present", "unseen"])(
    "was resumed, and nothing speaks against it: its transcript is %s",
    async (witness) => {
      const { world, sessionId } = await resumeWith("success", witness);
      expect(await world.turn(RECALL)).toMatchObject({
        text: "You asked me to remember tango.",
        claudeSessionId: sessionId,
      });
      expect(await world.store.list()).toMatchObject([{ claudeSessionId: sessionId, turns: 2 }]);
    },
  );

  it("was resumed while nobody could look for its transcript", async () => {
    const { world, sessionId } = await restartedConversation();
    world.transcriptSearch = "fails";
    expect(await world.turn(RECALL)).toMatchObject({
      text: "You asked me to remember tango.",
      claudeSessionId: sessionId,
    });
  });

  it.each([
    ["cannot resume", ["--no-resume"]],
    ["fails to resume for no clear reason", ["--fail-resume", "-32603"]],
    ["does not know the method that it has named", ["--fail-resume", "-32601"]],
  ])("is loaded where the agent %s, and the old turns are not told again", async (_, flags) => {
    const { world, sessionId } = await restartedConversation();
    world.flags = flags;
    expect(await world.turn(RECALL)).toMatchObject({
      text: "You asked me to remember tango.",
      claudeSessionId: sessionId,
    });
  });
});

describe("a session that is given up", () => {
  it.each<[keyof typeof ANSWERS, Witness]>([
    ["success", "missing"],
    ["-32002", "missing"],
    ["-32002", "unseen"],
    ["-32603", "missing"],
    ["success", "empty"],
    ["-32002", "empty"],
    ["-32603", "empty"],
  ])("answers %s to resume, and its transcript is %s", async (answer, witness) => {
    const { world, sessionId } = await resumeWith(answer, witness);
    expect(await world.says(RECALL)).toBe(`${LOST_NOTICE}\n\nNothing yet.`);
    expect(await world.store.list()).toMatchObject([
      { claudeSessionId: sessionId, state: "orphaned", endedBy: "lost", turns: 1 },
      { ...KEY, state: "active", turns: 1 },
    ]);
    expect(world.pool.liveSessions).toBe(1);
    expect(await world.says("remember fado")).toBe("I will remember fado.");
    world.flags = [];
    await world.restart();
    expect(await world.says(RECALL)).toBe("You asked me to remember fado.");
  });

  it("is given up on the load rung, too", async () => {
    const { world } = await restartedConversation("missing");
    world.flags = ["--no-resume"];
    expect(await world.says("say hello")).toBe(`${LOST_NOTICE}\n\nhello`);
  });

  it("shows the notice live, before the first word of the reply", async () => {
    const { world } = await restartedConversation("missing");
    const events: TurnEvent[] = [];
    await world.says("say hello", { observer: { onEvent: (event) => events.push(event) } });
    expect(events.filter(({ type }) => type === "text")).toEqual([
      { type: "text", delta: `${LOST_NOTICE}\n\n`, text: `${LOST_NOTICE}\n\n` },
      { type: "text", delta: "hello", text: `${LOST_NOTICE}\n\nhello` },
    ]);
  });

  it("has the notice also in front of an answer without words", async () => {
    const { world } = await restartedConversation("missing");
    expect(await world.says("empty")).toBe(`${LOST_NOTICE}\n\n_Claude Code finished without a message._`);
  });

  it.each([
    ["crash", "failed"],
    ["   ", "failed"],
    ["fail -32603 no", "failed"],
  ])("is announced again when the first turn of the new one fails: %j", async (prompt, kind) => {
    const { world } = await restartedConversation("missing");
    expect((await world.turn(prompt)).kind).toBe(kind);
    expect(await states(world)).toEqual(["active"]);
    expect(await world.says("say hello")).toBe(`${LOST_NOTICE}\n\nhello`);
    expect(await states(world)).toEqual(["orphaned", "active"]);
  });

  it("is announced later when no new session can be had now", async () => {
    const { world, sessionId } = await restartedConversation("missing");
    world.flags = ["--crash-on-new"];
    expect(await world.turn("say hello")).toMatchObject({
      kind: "failed",
      accepted: false,
      mayGoElsewhere: true,
      error: { code: "adapter-crashed" },
    });
    expect(await world.store.list()).toMatchObject([{ claudeSessionId: sessionId, state: "active" }]);
    world.flags = [];
    expect(await world.says("say hello")).toContain(LOST_NOTICE);
  });
});

describe("a session of which nothing is proven", () => {
  async function expectUntouched({ world, sessionId }: Restarted, code: string): Promise<void> {
    const before = await world.store.list();
    const sent = await world.prompts();
    expect(await world.turn("say hello")).toMatchObject({
      kind: "failed",
      accepted: false,
      mayGoElsewhere: true,
      text: "",
      error: { code },
    });
    expect(await world.store.list()).toMatchObject(before);
    expect(before).toMatchObject([{ claudeSessionId: sessionId, state: "active" }]);
    expect(await world.prompts()).toEqual(sent);
    expect(world.pool.liveSessions).toBe(0);
  }

  it.each<[keyof typeof ANSWERS, Witness, string]>([
    ["-32002", "present", "agent-session-lost"],
    ["-32603", "present", "agent-failed"],
    ["-32603", "unseen", "agent-failed"],
    ["nothing", "present", "adapter-timeout"],
    ["nothing", "missing", "adapter-timeout"],
    ["nothing", "unseen", "adapter-timeout"],
  ])(
    "answers %s to resume, and its transcript is %s: %s, and it stays mapped",
    async (answer, witness, code) => {
      const restarted = await resumeWith(answer, witness);
      await expectUntouched(restarted, code);
      if (witness === "missing") return;
      restarted.world.flags = [];
      restarted.world.openSessionMs = 10_000;
      expect(await restarted.world.says(RECALL)).toBe("You asked me to remember tango.");
    },
  );

  it.each([
    ["wants a login", "agent-auth", ["--fail-resume", "-32000"]],
    [
      "has reached a limit",
      "agent-limit",
      [...INTERNAL_ERROR, "--fail-words", "Claude AI usage limit reached"],
    ],
    ["is given a wrong key", "agent-auth", [...INTERNAL_ERROR, "--fail-words", "Invalid API key"]],
    ["is overloaded", "agent-overloaded", [...INTERNAL_ERROR, "--fail-words", "API Error: 529 Overloaded"]],
    ["fails at initialize", "adapter-start-failed", ["--fail-initialize"]],
    ["speaks another protocol version", "agent-protocol", ["--protocol-version", "7"]],
    ["cannot resume at all", "agent-protocol", ["--no-resume", "--no-load"]],
  ])("stays mapped even without its transcript when the agent %s", async (_, code, flags) => {
    const restarted = await restartedConversation("missing");
    restarted.world.flags = flags;
    await expectUntouched(restarted, code);
  });

  it("stays mapped even without its transcript when the agent crashes", async () => {
    const restarted = await restartedConversation("missing");
    restarted.world.program = ["-e", "process.exit(3)"];
    await expectUntouched(restarted, "adapter-crashed");
  });

  it("stays mapped when its transcript can not be looked for", async () => {
    const restarted = await resumeWith("-32002", "present");
    restarted.world.transcriptSearch = "fails";
    await expectUntouched(restarted, "agent-failed");
  });
});

describe("a workspace that has moved", () => {
  it("is named with both paths, and the conversation stays mapped", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    const entry = await world.entry();
    await world.restart();
    const moved = `${world.workspace}-moved`;
    await rename(world.workspace, moved);
    const dev = world.config.contractors["dev"];
    if (dev !== undefined) dev.workspace = moved;
    world.store = world.anotherStore(moved);
    const outcome = await world.turn("say hello");
    expect(outcome).toMatchObject({ kind: "failed", accepted: false, error: { code: "workspace-moved" } });
    expect(outcome.kind === "failed" && outcome.error.message).toBe(
      `This conversation's Claude session belongs to the folder ${world.workspace}, but the workspace is now ${moved}.`,
    );
    expect(await world.entry()).toMatchObject(entry ?? {});
  });
});
