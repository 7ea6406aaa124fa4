import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createBridgeWorld, type BridgeWorld } from "./bridge-world.ts";
import { acting } from "./watched-turn.ts";

/** Longer than an agent takes to start, which counts as silence, too. */
const SILENCE_MS = 5_000;
const LONGER_MS = SILENCE_MS + 300;

/** A warm session of a contractor who may not be silent for long. */
async function impatientWorld(): Promise<BridgeWorld> {
  const world = await createBridgeWorld();
  await world.says("say hello");
  beImpatient(world);
  return world;
}

/** Less than a person may set. */
function beImpatient(world: BridgeWorld): void {
  const dev = world.config.contractors["dev"];
  if (dev !== undefined) dev.silenceMinutes = SILENCE_MS / 60_000;
}

describe("a turn in which nothing happens any more", () => {
  it("is ended as silent, and its conversation goes on", async () => {
    const world = await impatientWorld();
    expect(await world.turn("hang")).toMatchObject({
      kind: "failed",
      accepted: true,
      mayGoElsewhere: false,
      error: {
        code: "turn-silent",
        message: expect.stringContaining("with no sign of life at all") as string,
      },
    });
    expect(await world.turn("say again")).toMatchObject({ kind: "completed", text: "again", warm: false });
    expect((await world.prompts()).filter((prompt) => prompt === "hang")).toHaveLength(1);
  });

  it("says what the last sign of life was, and that what was done stands", async () => {
    const world = await impatientWorld();
    const outcome = await world.turn("cancel-lag");
    expect(outcome).toMatchObject({
      kind: "failed",
      error: {
        code: "turn-silent",
        message: expect.stringMatching(
          /after the last sign of life: writing\. Claude had begun already/,
        ) as string,
      },
    });
    expect(outcome.text).toContain("Working.");
  });

  it("is ended in front of the host's own time limit", async () => {
    const world = await impatientWorld();
    const deadlineAt = Date.now() + 800;
    expect(await world.turn("hang", { deadlineAt })).toMatchObject({
      kind: "failed",
      error: { code: "turn-deadline" },
    });
  });

  it("is ended by the host's time limit while it is still waiting for the agent to start", async () => {
    const world = await createBridgeWorld();
    world.flags = ["--hang-initialize"];
    expect(await world.turn("say hello", { deadlineAt: Date.now() + 300 })).toMatchObject({
      kind: "failed",
      accepted: false,
      error: { code: "turn-deadline" },
    });
  });
});

describe("a turn that waits for somebody else", () => {
  it("is not silent while a permission is asked for, or a question", async () => {
    const world = await impatientWorld();
    const observer = {
      onPermissionRequest: () => delay(LONGER_MS, "allow-once" as const),
      onQuestion: () => delay(LONGER_MS, { action: "decline" as const }),
    };
    expect(await world.says("run ls", { observer })).toBe("Ran ls.");
    expect(await world.says("ask Tea? yes, no", { observer })).toBe('The answer: {"action":"decline"}');
  });

  it("is not silent while a tool runs or the context is compacted", async () => {
    const world = await impatientWorld();
    const call = { toolCallId: "call-1", title: "make", name: "Bash", kind: "execute" };
    const compaction = {
      toolCallId: "call-2",
      title: "compact",
      _meta: { claudeCode: { toolName: "compact" } },
    };
    const prompt = acting(
      { update: { sessionUpdate: "tool_call", ...call, status: "in_progress" } },
      { waitMs: LONGER_MS },
      { update: { sessionUpdate: "tool_call_update", ...call, status: "completed" } },
      { update: { sessionUpdate: "tool_call", ...compaction, status: "in_progress" } },
      { waitMs: LONGER_MS },
      { update: { sessionUpdate: "tool_call_update", ...compaction, status: "completed" } },
    );
    expect(await world.turn(prompt)).toMatchObject({
      kind: "completed",
      toolCalls: [{ status: "completed" }],
    });
  });

  it("is not silent while room is made for it", async () => {
    const world = await createBridgeWorld();
    world.flags = ["--context-limit", "2", "--compact-ms", String(LONGER_MS)];
    await world.says("say one");
    await world.says("say two");
    beImpatient(world);
    expect(await world.says("say three")).toContain("three");
    expect((await world.prompts()).slice(2)).toEqual(["say three", "/compact", "say three"]);
  });

  it("is ended by the host's time limit all the same, which says what it waited for", async () => {
    const world = await impatientWorld();
    const onPermissionRequest = (): Promise<never> => new Promise(() => undefined);
    const deadlineAt = Date.now() + 1_000;
    expect(await world.turn("run ls", { deadlineAt, observer: { onPermissionRequest } })).toMatchObject({
      kind: "failed",
      error: {
        code: "turn-deadline",
        message: expect.stringContaining("while it had been waiting for an approval") as string,
      },
    });
  });
});

describe("the clocks of a turn that is over", () => {
  it("end nothing any more", async () => {
    const world = await impatientWorld();
    expect(await world.says("say one", { deadlineAt: Date.now() + 5_000 })).toBe("one");
    await delay(LONGER_MS);
    expect(await world.turn("say two")).toMatchObject({ kind: "completed", text: "two", warm: true });
  });

  it("do not count for the turn that waits behind it", async () => {
    const world = await impatientWorld();
    const first = world.turn("hang");
    expect(await world.says("say two")).toBe("two");
    expect(await first).toMatchObject({ error: { code: "turn-silent" } });
  });
});
