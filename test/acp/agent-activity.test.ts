import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import { beforeEach, describe, expect, it } from "vitest";
import { createAgentActivity, type AgentActivity } from "../../src/acp/agent-activity.ts";
import { createBetweenTurns } from "../../src/acp/between-turns.ts";
import { createTurnRouter, type TurnRouter } from "../../src/acp/turn-router.ts";
import { ASK_NOBODY } from "../../src/bridge/prompt-callbacks.ts";

const RUNNING = { type: "state", idle: false } as const;
const IDLE = { type: "state", idle: true } as const;
const TASK_END = { type: "task-end" } as const;
const OWN_TURN_ENDS: SessionUpdate = {
  sessionUpdate: "usage_update",
  used: 1,
  size: 2,
  _meta: { "_claude/origin": { kind: "task-notification" } },
};

let activity: AgentActivity;
let router: TurnRouter;
let prompted: string[];
let own: string[];

const textOf = (update: SessionUpdate): string[] =>
  update.sessionUpdate === "agent_message_chunk" && update.content.type === "text"
    ? [update.content.text]
    : [];

beforeEach(() => {
  const between = createBetweenTurns();
  router = createTurnRouter(between);
  activity = createAgentActivity(router, between);
  prompted = [];
  own = [];
  between.start();
  between.listen({
    onUpdate: (update) => own.push(...textOf(update)),
    onTurnEnd: () => own.push("end"),
  });
});

function prompt(): void {
  router.begin({
    ...ASK_NOBODY,
    text: "what is the time?",
    images: [],
    signal: new AbortController().signal,
    onUpdate: (update) => prompted.push(...textOf(update)),
  });
  activity.onPrompt();
}

function says(text: string): void {
  router.onUpdate({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } });
}

function ownTurn(): void {
  activity.onSign(RUNNING);
  says("The build is done.");
  router.onUpdate(OWN_TURN_ENDS);
  activity.onSign(IDLE);
}

describe("a prompt that is sent while a finished task is about to be told of", () => {
  it.each([
    [
      "before the agent has heard of the task's end",
      [
        prompt,
        () => {
          activity.onSign(TASK_END);
        },
      ],
    ],
    [
      "after it has, and before it begins to tell",
      [
        () => {
          activity.onSign(TASK_END);
        },
        prompt,
      ],
    ],
  ])("%s, is answered without it", (_, steps) => {
    for (const step of steps) step();
    ownTurn();
    activity.onSign(RUNNING);
    says("Noon.");
    expect([own, prompted]).toEqual([["The build is done.", "end"], ["Noon."]]);
  });

  it("is answered whole when the agent has nothing to tell, and takes the prompt up", () => {
    activity.onSign(TASK_END);
    prompt();
    activity.onSign(RUNNING);
    activity.onSign({ type: "prompt-echo" });
    says("Noon.");
    expect([own, prompted]).toEqual([["end"], ["Noon."]]);
  });
});

it("what the agent tells of a finished task is told whole when it goes on from a turn without a pause", () => {
  prompt();
  activity.onSign(RUNNING);
  activity.onSign(TASK_END);
  says("Noon.");
  router.end();
  says("The build is done.");
  expect(activity.hasBackgroundWork).toBe(true);
  router.onUpdate(OWN_TURN_ENDS);
  activity.onSign(IDLE);
  prompt();
  activity.onSign(RUNNING);
  says("One o'clock.");
  expect([own, prompted]).toEqual([
    ["The build is done.", "end"],
    ["Noon.", "One o'clock."],
  ]);
});

it("a task that has ended and was not told of yet is work in the background", () => {
  activity.onSign({ type: "background-tasks", running: 1 });
  activity.onSign(TASK_END);
  activity.onSign({ type: "background-tasks", running: 0 });
  expect(activity.hasBackgroundWork).toBe(true);
  ownTurn();
  expect(activity.hasBackgroundWork).toBe(false);
});

it("a prompt after the agent has told of a finished task is answered at once", () => {
  activity.onSign(TASK_END);
  ownTurn();
  prompt();
  activity.onSign(RUNNING);
  says("Noon.");
  expect(prompted).toEqual(["Noon."]);
});

it("a task that ends in the middle of a turn leaves the next one alone", () => {
  prompt();
  activity.onSign(RUNNING);
  activity.onSign(TASK_END);
  says("Noon.");
  activity.onSign(IDLE);
  router.end();
  prompt();
  activity.onSign(RUNNING);
  says("One o'clock.");
  expect(prompted).toEqual(["Noon.", "One o'clock."]);
});
