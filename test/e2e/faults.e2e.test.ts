import { readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { z } from "zod";
import type { ChatAnswer } from "../../scripts/world/chat-client.ts";
import type { Gateway } from "../../scripts/world/gateway.ts";
import { errorReply } from "../fixtures/scripted-messages-api/reply.ts";
import { chatEntries, chatHistory } from "./world/chat-history.ts";
import {
  createContractorWorld,
  editPluginConfig,
  sessionKeyOf,
  type ContractorWorld,
} from "./world/contractor-world.ts";
import { pidsWorkingIn } from "./world/processes.ts";
import { CAN_MOUNT, putOnSmallDisk } from "./world/small-disk.ts";

const RECALL = "what did I ask you to remember?";

/** What Claude Code writes into a new transcript before anything that is said. */
const EMPTY_TRANSCRIPT = '{"type":"queue-operation","operation":"dequeue"}\n';

const sessionsSchema = z.object({ sessions: z.array(z.looseObject({ openclawSessionKey: z.string() })) });

const forkSchema = z.looseObject({ sessionKey: z.string() });

let world: ContractorWorld;
let gateway: Gateway;

const CONTRACTORS = [
  { agentId: "dev", adapter: "claude-agent-acp", compacts: "by itself" },
  { agentId: "zed", adapter: "claude-code-acp", compacts: "when it is told to" },
];

function say(agentId: string, user: string, text: string): Promise<ChatAnswer> {
  return gateway.ask({ agentId, user, text });
}

async function answer(agentId: string, user: string, text: string): Promise<string> {
  const given = await say(agentId, user, text);
  expect(given).toMatchObject({ status: 200, error: undefined });
  return given.text;
}

function emptyTranscript(path: string): Promise<void> {
  return writeFile(path, EMPTY_TRANSCRIPT);
}

/** Claude Code writes it up to 0.1 s after the answer. */
async function transcriptOf(agentId: string, user: string): Promise<string> {
  const [entry] = await entriesOf(agentId, user);
  return entry?.transcript === undefined ? "" : readFile(entry.transcript, "utf8");
}

type MapEntries = Awaited<ReturnType<ContractorWorld["entriesOf"]>>;

function entriesOf(agentId: string, user: string): Promise<MapEntries> {
  return world.entriesOf(agentId, sessionKeyOf(agentId, user));
}

function activeSession(agentId: string, user: string): Promise<string | undefined> {
  return world.activeSession(agentId, sessionKeyOf(agentId, user));
}

const workspaceOf = (agentId: string): string => world.workspaceOf(agentId);
const stateFolderOf = (agentId: string): string => join(workspaceOf(agentId), ".openclaw/contractor-agent");
const mapFileOf = (agentId: string): string => join(stateFolderOf(agentId), "session-map.json");

async function restartGateway(): Promise<void> {
  await gateway.stop();
  gateway = await world.openclaw.startGateway();
}

const longPrompt = (agentId: string, user: string): string => `count to 2000 for ${user} of ${agentId}`;

/** Starts a turn that takes a while, and resolves when Claude is in the middle of its answer. */
async function beginLongTurn(agentId: string, user: string): Promise<{ ended: Promise<ChatAnswer | null> }> {
  const prompt = longPrompt(agentId, user);
  const talking = Promise.withResolvers<undefined>();
  const ended = gateway
    .ask({
      agentId,
      user,
      text: prompt,
      onDelta: () => {
        talking.resolve(undefined);
      },
    })
    .catch(() => null);
  await Promise.race([talking.promise, ended]);
  return { ended };
}

/** How often a prompt has reached the model, its own retries of a cut connection aside. */
function timesSent(text: string): number {
  const conversations = world.model.requests.filter(
    ({ purpose, lastUserText }) => purpose === "turn" && lastUserText === text,
  );
  return conversations.length;
}

function killAll(pids: number[], signal: NodeJS.Signals): void {
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (cause) {
      // Claude Code starts helpers that end by themselves.
      expect(cause).toMatchObject({ code: "ESRCH" });
    }
  }
}

async function incidentsOf(agentId: string): Promise<string[]> {
  const { json } = await world.contractorAgents("status");
  const { contractors } = json as { contractors: { agentId: string; warnings: string[] }[] };
  return contractors.find((contractor) => contractor.agentId === agentId)?.warnings ?? [];
}

beforeAll(async () => {
  world = await createContractorWorld(inject("worldTemplate"));
  await editPluginConfig(world.openclaw, (config) => {
    // A test that stops or kills a conversation's processes must know which they are.
    config["spareSessions"] = 0;
    const { contractors } = config;
    for (const contractor of Object.values(contractors)) contractor["model"] = "claude-scripted-1";
  });
  gateway = await world.openclaw.startGateway();
});

afterAll(async () => {
  await world.dispose();
});

describe.each(CONTRACTORS)("a process of $adapter that is killed", ({ agentId }) => {
  it("in the middle of a turn costs that answer, which is told, and not the conversation", async () => {
    await answer(agentId, "kill", "remember the blue door");
    const before = await activeSession(agentId, "kill");
    const { ended } = await beginLongTurn(agentId, "kill");
    killAll(await pidsWorkingIn(workspaceOf(agentId)), "SIGKILL");
    const told = JSON.stringify((await ended)?.error ?? (await ended)?.text);
    expect(told).toContain("Claude had begun already");
    expect(timesSent(longPrompt(agentId, "kill"))).toBe(1);
    expect(await answer(agentId, "kill", RECALL)).toBe("You asked me to remember the blue door.");
    expect(await activeSession(agentId, "kill")).toBe(before);
    expect(timesSent(longPrompt(agentId, "kill"))).toBe(1);
  });

  it("between two turns is not noticed", async () => {
    const said = await answer(agentId, "idle-kill", "remember the red door");
    const before = await activeSession(agentId, "idle-kill");
    await expect.poll(() => transcriptOf(agentId, "idle-kill"), { timeout: 5_000 }).toContain(said);
    killAll(await pidsWorkingIn(workspaceOf(agentId)), "SIGKILL");
    expect(await answer(agentId, "idle-kill", RECALL)).toBe("You asked me to remember the red door.");
    expect(await activeSession(agentId, "idle-kill")).toBe(before);
  });

  it("in its very first turn leaves nothing to resume; the next message has what OpenClaw kept", async () => {
    const { ended } = await beginLongTurn(agentId, "newborn");
    killAll(await pidsWorkingIn(workspaceOf(agentId)), "SIGKILL");
    await ended;
    expect(await activeSession(agentId, "newborn")).toBeUndefined();
    expect(await answer(agentId, "newborn", "say hello")).toBe("hello");
    const sent = world.model.requests.filter(({ lastUserText }) => lastUserText.endsWith("say hello"));
    expect(sent.at(-1)?.lastUserText).toContain(`user: ${longPrompt(agentId, "newborn")}`);
  });

  it("is run again with the same model", () => {
    const models = world.model.requests
      .filter(
        ({ purpose, workingDirectory }) => purpose === "turn" && workingDirectory === workspaceOf(agentId),
      )
      .map(({ body }) => (body as { model: string }).model);
    expect(new Set(models)).toEqual(new Set(["claude-scripted-1"]));
  });
});

describe.each(CONTRACTORS)("an agent of $adapter that hangs", ({ agentId }) => {
  it("is ended when its turn is cancelled, and the next message goes on in the same session", async () => {
    const others = await pidsWorkingIn(workspaceOf(agentId));
    await answer(agentId, "hang", "remember the green door");
    const before = await activeSession(agentId, "hang");
    const leave = new AbortController();
    const text = longPrompt(agentId, "hang");
    const turn = gateway.ask({ agentId, user: "hang", text, signal: leave.signal }).catch(() => null);
    await world.model.waitForRequest(({ lastUserText }) => lastUserText === text, 20_000);
    const hung = (await pidsWorkingIn(workspaceOf(agentId))).filter((pid) => !others.includes(pid));
    killAll(hung, "SIGSTOP");
    leave.abort();
    await turn;
    expect(await answer(agentId, "hang", RECALL)).toBe("You asked me to remember the green door.");
    expect(await activeSession(agentId, "hang")).toBe(before);
    const left = await pidsWorkingIn(workspaceOf(agentId));
    expect(left.filter((pid) => hung.includes(pid))).toEqual([]);
  });
});

describe.each(CONTRACTORS)("a transcript on $adapter", ({ agentId }) => {
  it.each([
    ["that somebody deleted", "lost", (path: string) => rm(path)],
    ["that was not written yet when Claude Code was killed", "unwritten", emptyTranscript],
  ])("%s is announced, and the new session knows what OpenClaw still has", async (_, user, lose) => {
    const said = await answer(agentId, user, "remember the old well");
    await expect.poll(() => transcriptOf(agentId, user), { timeout: 5_000 }).toContain(said);
    const [entry] = await entriesOf(agentId, user);
    killAll(await pidsWorkingIn(workspaceOf(agentId)), "SIGKILL");
    await lose(entry?.transcript ?? "");
    expect(await answer(agentId, user, RECALL)).toBe(
      "_The earlier Claude session of this conversation is gone (its transcript is gone or empty); this is a new one, which was given a summary of the messages that OpenClaw still has._\n\nYou asked me to remember the old well.",
    );
    expect(await entriesOf(agentId, user)).toMatchObject([
      { claudeSessionId: entry?.claudeSessionId, state: "orphaned", endedBy: "lost" },
      { state: "active" },
    ]);
    expect(await answer(agentId, user, RECALL)).toBe("You asked me to remember the old well.");
  });
});

describe.each(CONTRACTORS)("a full context on $adapter", ({ agentId, compacts }) => {
  it(`is compacted ${compacts}, and the same session answers`, async () => {
    await answer(agentId, "full", "remember the tall tree");
    await answer(agentId, "full", "say FILLER");
    const before = await activeSession(agentId, "full");
    world.model.interceptWith(({ purpose, assistantTexts, userTexts }) => {
      const compacted = userTexts.some((text) => text.includes("- remember the tall tree"));
      const full = purpose === "turn" && assistantTexts.includes("FILLER") && !compacted;
      return full ? errorReply(400, "prompt is too long: 250000 tokens > 200000 maximum") : undefined;
    });
    try {
      const told = await answer(agentId, "full", RECALL);
      expect(told).toContain("You asked me to remember the tall tree");
      const announced = told.startsWith(
        "_Claude's context was full, so it was compacted before this answer._",
      );
      expect(announced).toBe(compacts === "when it is told to");
      expect(await activeSession(agentId, "full")).toBe(before);
    } finally {
      world.model.interceptWith(() => undefined);
    }
  });

  it("is rotated with a summary and a notice when it cannot be compacted", async () => {
    await answer(agentId, "fuller", "remember the wide river");
    await answer(agentId, "fuller", "say STUFFING");
    const before = await activeSession(agentId, "fuller");
    world.model.interceptWith(({ purpose, assistantTexts }) =>
      (purpose === "turn" || purpose === "compaction") && assistantTexts.includes("STUFFING")
        ? errorReply(400, "prompt is too long: 250000 tokens > 200000 maximum")
        : undefined,
    );
    try {
      expect(await answer(agentId, "fuller", RECALL)).toBe(
        "_Claude's context was full and could not be compacted; this is a new one, which was given a summary of the messages that OpenClaw still has._\n\nYou asked me to remember the wide river.",
      );
    } finally {
      world.model.interceptWith(() => undefined);
    }
    expect(await entriesOf(agentId, "fuller")).toMatchObject([
      { claudeSessionId: before, state: "closed", endedBy: "rotated" },
      { state: "active" },
    ]);
  });
});

describe.each(CONTRACTORS)("OpenClaw's own changes of a conversation on $adapter", ({ agentId }) => {
  it("a reset in the middle of a turn cancels it, and holds after a restart", async () => {
    await answer(agentId, "reset", "remember the black cat");
    const { ended } = await beginLongTurn(agentId, "reset");
    await gateway.call("sessions.reset", { key: sessionKeyOf(agentId, "reset") });
    await ended;
    expect(await activeSession(agentId, "reset")).toBeUndefined();
    expect(await answer(agentId, "reset", RECALL)).toBe("Nothing yet.");
  });

  it("reset-session in the middle of a turn cancels it too", async () => {
    await answer(agentId, "cli-reset", "remember the white cat");
    const { ended } = await beginLongTurn(agentId, "cli-reset");
    const reset = await world.contractorAgents(
      ...["reset-session", "--agent-id", agentId, "--session-key", sessionKeyOf(agentId, "cli-reset")],
    );
    expect(reset).toMatchObject({ exitCode: 0, json: { via: "gateway" } });
    expect((await ended)?.text).not.toContain("1999 2000");
    expect(await answer(agentId, "cli-reset", RECALL)).toBe("Nothing yet.");
  });

  it("a deletion closes the entry", async () => {
    await answer(agentId, "deleted", "remember the grey cat");
    await gateway.call("sessions.delete", { key: sessionKeyOf(agentId, "deleted") });
    expect(await entriesOf(agentId, "deleted")).toMatchObject([{ state: "closed", endedBy: "deleted" }]);
    expect(await answer(agentId, "deleted", RECALL)).toBe("Nothing yet.");
  });

  it("a rewind takes back what Claude remembers, and keeps what came before", async () => {
    await answer(agentId, "rewound", "remember the first step");
    await answer(agentId, "rewound", "remember the false step");
    const sessionKey = sessionKeyOf(agentId, "rewound");
    const cut = (await chatEntries(gateway, sessionKey)).find(
      ({ text }) => text === "remember the false step",
    );
    await gateway.call("sessions.rewind", { sessionKey, entryId: cut?.id });
    expect(await answer(agentId, "rewound", RECALL)).toBe("You asked me to remember the first step.");
  });

  it("a fork begins with what was said before it", async () => {
    await answer(agentId, "forked", "remember the crossroads");
    await answer(agentId, "forked", "remember the left way");
    const sessionKey = sessionKeyOf(agentId, "forked");
    const cut = (await chatEntries(gateway, sessionKey)).find(({ text }) => text === "remember the left way");
    const fork = forkSchema.parse(await gateway.call("sessions.fork", { sessionKey, entryId: cut?.id }));
    const there = await gateway.ask({ agentId, user: "", sessionKey: fork.sessionKey, text: RECALL });
    expect(there.text).toBe("You asked me to remember the crossroads.");
    expect(await answer(agentId, "forked", RECALL)).toBe(
      "You asked me to remember the crossroads, the left way.",
    );
  });
});

describe("identity", () => {
  it("is one main session, through whatever channel it is reached", async () => {
    const sessionKey = "agent:dev:main";
    const overHttp = await gateway.ask({
      agentId: "dev",
      user: "",
      sessionKey,
      text: "remember the main street",
    });
    expect(overHttp.text).toBe("I will remember the main street.");
    const onCommandLine = await world.openclaw.run(["agent", "--agent", "dev", "--message", RECALL]);
    expect(onCommandLine.stdout).toContain("You asked me to remember the main street.");
    await gateway.call("chat.send", { sessionKey, message: "say web", idempotencyKey: "from-the-web" });
    await world.model.waitForRequest(({ lastUserText }) => lastUserText.includes("say web"), 20_000);
    expect(await world.entriesOf("dev", sessionKey)).toMatchObject([{ state: "active" }]);
    const { json } = await world.contractorAgents("sessions", "--agent-id", "dev");
    const keys = sessionsSchema.parse(json).sessions.map(({ openclawSessionKey }) => openclawSessionKey);
    expect(keys.filter((key) => key.endsWith("main"))).toEqual([sessionKey]);
  });

  it("is the whole key, whatever is in it", async () => {
    const keys = ["agent:dev:../../x", "agent:dev:a:b:c", `agent:dev:${"k".repeat(200)}`];
    for (const [index, sessionKey] of keys.entries()) {
      const { text } = await gateway.ask({
        agentId: "dev",
        user: "",
        sessionKey,
        text: `remember word${index}`,
      });
      expect(text).toBe(`I will remember word${index}.`);
    }
    for (const [index, sessionKey] of keys.entries()) {
      const { text } = await gateway.ask({ agentId: "dev", user: "", sessionKey, text: RECALL });
      expect(text).toBe(`You asked me to remember word${index}.`);
    }
  });

  it("gives two messages of one conversation that come at once their turns one after the other", async () => {
    await answer("dev", "double", "say hello");
    const both = await Promise.all([
      say("dev", "double", "remember one"),
      say("dev", "double", "remember two"),
    ]);
    expect(both.map(({ text }) => text)).toEqual(["I will remember one.", "I will remember two."]);
    const recalled = await answer("dev", "double", RECALL);
    expect(recalled).toMatch(/one/);
    expect(recalled).toMatch(/two/);
  });
});

describe("a session that was begun in a terminal", () => {
  it("can be adopted, by a conversation of its own workspace only", async () => {
    await answer("dev", "terminal", "remember the night train");
    const id = (await activeSession("dev", "terminal")) ?? "";
    const adopt = (agentId: string, user: string): ReturnType<ContractorWorld["contractorAgents"]> =>
      world.contractorAgents(
        ...["adopt-session", "--agent-id", agentId, "--session-key", sessionKeyOf(agentId, user)],
        ...["--claude-session-id", id],
      );
    expect(await adopt("dev", "adopter")).toMatchObject({
      exitCode: 1,
      json: { error: { code: "claude-session-in-use" } },
    });
    expect(await adopt("zed", "adopter")).toMatchObject({
      exitCode: 1,
      json: { error: { code: "claude-session-elsewhere" } },
    });
    await world.contractorAgents(
      ...["reset-session", "--agent-id", "dev", "--session-key", sessionKeyOf("dev", "terminal")],
    );
    await answer("dev", "adopter", "say something");
    expect(await adopt("dev", "adopter")).toMatchObject({ exitCode: 0 });
    expect(await answer("dev", "adopter", RECALL)).toBe("You asked me to remember the night train.");
    expect(await activeSession("dev", "adopter")).toBe(id);
  });
});

describe.each(CONTRACTORS)("a Gateway that is killed while $adapter works", ({ agentId }) => {
  it("goes on in the same session after its next start, and says what happened", async () => {
    await answer(agentId, "gateway-kill", "remember the last light");
    const before = await activeSession(agentId, "gateway-kill");
    const { ended } = await beginLongTurn(agentId, "gateway-kill");
    await gateway.kill("SIGKILL");
    await ended;
    gateway = await world.openclaw.startGateway();
    // OpenClaw itself takes the interrupted turn up again, some seconds after the start.
    await world.model.waitForRequest(
      ({ workingDirectory, lastUserText }) =>
        workingDirectory === workspaceOf(agentId) &&
        lastUserText.includes("interrupted by a gateway restart"),
      60_000,
    );
    const sessionKey = sessionKeyOf(agentId, "gateway-kill");
    await expect
      .poll(async () => (await chatHistory(gateway, sessionKey)).at(-1), { timeout: 30_000, interval: 500 })
      .toMatch(/^assistant: _The turn before this one was interrupted/);
    expect(timesSent(longPrompt(agentId, "gateway-kill"))).toBe(1);
    expect(await answer(agentId, "gateway-kill", RECALL)).toBe("You asked me to remember the last light.");
    expect(await activeSession(agentId, "gateway-kill")).toBe(before);
  });
});

describe("the map file", () => {
  it("is restored from its copy when it is torn, and `status` says so", async () => {
    await answer("dev", "torn", "remember the iron gate");
    const before = await activeSession("dev", "torn");
    const whole = await readFile(mapFileOf("dev"));
    await writeFile(mapFileOf("dev"), whole.subarray(0, whole.length / 2));
    expect(await answer("dev", "torn", RECALL)).toBe("You asked me to remember the iron gate.");
    expect(await activeSession("dev", "torn")).toBe(before);
    expect((await incidentsOf("dev")).join("\n")).toContain(`${mapFileOf("dev")}.damaged-`);
  });

  it("is never silently replaced: without a copy, the conversation is told and given a summary", async () => {
    await gateway.stop();
    await writeFile(mapFileOf("dev"), "{ torn");
    await writeFile(`${mapFileOf("dev")}.copy`, "torn as well");
    gateway = await world.openclaw.startGateway();
    expect(await answer("dev", "torn", RECALL)).toBe(
      "_The record of this conversation's Claude session was damaged (see `openclaw contractor-agents status`); this is a new one, which was given a summary of the messages that OpenClaw still has._\n\nYou asked me to remember the iron gate.",
    );
  });

  it.each([
    ["a symlink", "state-unusable", async (path: string) => symlink("/dev/null", path)],
    [
      "of a future version",
      "session-map-future-version",
      async (path: string) => writeFile(path, JSON.stringify({ version: 99, sessions: [] })),
    ],
  ])("that is %s is refused and left alone", async (_kind, code, put) => {
    const path = mapFileOf("zed");
    await rename(path, `${path}.aside`);
    await put(path);
    try {
      const refused = await say("zed", "refused-map", "hello");
      expect(refused.text).toBe("");
      expect(JSON.stringify(refused.error)).toMatch(
        code === "state-unusable" ? /is a symbolic link/ : /has version 99/,
      );
    } finally {
      await rm(path);
      await rename(`${path}.aside`, path);
    }
  });
});

describe("the workspace", () => {
  it("that is away is an error, and everything is back when it is", async () => {
    const workspace = workspaceOf("zed");
    await answer("zed", "mover", "remember the moving van");
    const before = await activeSession("zed", "mover");
    const elsewhere = join(dirname(workspace), "moved");
    await rename(workspace, elsewhere);
    const refused = await say("zed", "mover", RECALL);
    expect({ text: refused.text, refused: refused.error !== undefined }).toEqual({ text: "", refused: true });
    // OpenClaw may have made the folder anew.
    await rm(workspace, { recursive: true, force: true });
    await rename(elsewhere, workspace);
    expect(await answer("zed", "mover", RECALL)).toBe("You asked me to remember the moving van.");
    expect(await activeSession("zed", "mover")).toBe(before);
  });
});

/** Only root may mount a disk that can be full; for everybody else something is in the way. */
async function blockState(
  agentId: string,
): Promise<{ block: () => Promise<void>; unblock: () => Promise<void> }> {
  if (CAN_MOUNT) {
    const disk = await putOnSmallDisk(stateFolderOf(agentId));
    return {
      block: disk.fill,
      async unblock() {
        await disk.makeRoom();
        await disk.remove();
      },
    };
  }
  const folder = join(stateFolderOf(agentId), "open-turns");
  return {
    async block() {
      await rm(folder, { recursive: true });
      await writeFile(folder, "in the way");
    },
    unblock: () => rm(folder),
  };
}

describe(CAN_MOUNT ? "a full disk" : "state that cannot be written", () => {
  it("is told before Claude is asked, and the conversation goes on when it can be written again", async () => {
    await answer("dev", "unwritable", "remember the wet paint");
    const before = await activeSession("dev", "unwritable");
    const { block, unblock } = await blockState("dev");
    try {
      await block();
      const sentBefore = world.model.requests.length;
      const refused = JSON.stringify((await say("dev", "unwritable", "say this is not said")).error);
      expect(refused).toContain("The contractor's state cannot be used");
      if (CAN_MOUNT) expect(refused).toContain("ENOSPC");
      const sent = world.model.requests.slice(sentBefore);
      expect(sent.filter(({ purpose }) => purpose === "turn")).toEqual([]);
    } finally {
      await unblock();
    }
    expect(await answer("dev", "unwritable", RECALL)).toBe("You asked me to remember the wet paint.");
    expect(await activeSession("dev", "unwritable")).toBe(before);
  });
});

describe("after a regular restart", () => {
  it.each(CONTRACTORS)("every conversation of $adapter is where it was", async ({ agentId }) => {
    if (agentId === "dev") await restartGateway();
    for (const user of ["kill", "hang", "lost", "full", "gateway-kill"]) {
      expect(await answer(agentId, user, RECALL)).toMatch(/You asked me to remember the /);
    }
    // What was before the reset is in nobody's memory and in no summary.
    expect(await answer(agentId, "reset", RECALL)).toMatch(/Nothing yet\.$/);
  });
});
