import { describe, expect, it } from "vitest";
import type {
  BeforeToolCall,
  PermissionRequest,
  QuestionAnswer,
  QuestionRequest,
} from "../../src/acp/acp-adapter.ts";
import type { PermissionAnswer } from "../../src/bridge/turn.ts";
import { createBridgeWorld, KEY, type BridgeWorld, type TurnOptions } from "./bridge-world.ts";
import { acting, watched } from "./watched-turn.ts";

type Asked = { requests: PermissionRequest[]; options: TurnOptions };

function answering(answer: PermissionAnswer): Asked {
  const requests: PermissionRequest[] = [];
  const onPermissionRequest = (request: PermissionRequest): Promise<PermissionAnswer> => {
    requests.push(request);
    return Promise.resolve(answer);
  };
  return { requests, options: { observer: { onPermissionRequest } } };
}

describe("a permission", () => {
  it("that is given once is asked for again", async () => {
    const world = await createBridgeWorld();
    const { requests, options } = answering("allow-once");
    expect(await world.says("write notes.txt", options)).toBe("Wrote notes.txt.");
    expect(await world.says("write notes.txt", options)).toBe("Wrote notes.txt.");
    expect(requests).toMatchObject([
      { title: "Write notes.txt", toolName: "Write", kind: "edit", diffs: [{ path: "notes.txt" }] },
      { toolName: "Write" },
    ]);
  });

  it("that is given for good is not asked for again in the same Claude session, in whichever process", async () => {
    const world = await createBridgeWorld();
    const always = answering("allow-always");
    await world.says("write notes.txt", always.options);
    const later = answering("deny");
    expect(await world.says("write other.txt", later.options)).toBe("Wrote other.txt.");
    await world.pool.drain();
    expect(await world.says("write third.txt", later.options)).toBe("Wrote third.txt.");
    expect([always.requests.length, later.requests.length]).toEqual([1, 0]);
  });

  it.each<[string, (world: BridgeWorld) => Promise<unknown>]>([
    ["a reset", (world) => world.bridge.resetConversation(KEY, "reset")],
    [
      "a reset of the host's own",
      (world) =>
        world.bridge.resetWithin({ key: KEY, endedBy: "reset" }, ({ commit }) => {
          commit();
          return Promise.resolve();
        }),
    ],
    [
      "the loss of its session",
      async (world) => {
        const { claudeSessionId = "" } = (await world.entry()) ?? {};
        await world.pool.drain();
        await world.deleteTranscript(claudeSessionId);
      },
    ],
  ])("that was given for good is asked for again after %s", async (_, end) => {
    const world = await createBridgeWorld();
    await world.says("write notes.txt", answering("allow-always").options);
    await end(world);
    const { requests, options } = answering("deny");
    expect(await world.says("write notes.txt", options)).toContain("I was not allowed to write notes.txt.");
    expect(requests).toHaveLength(1);
  });

  it("of another conversation does not count", async () => {
    const world = await createBridgeWorld();
    await world.says("write notes.txt", answering("allow-always").options);
    const { requests, options } = answering("deny");
    await world.says("write notes.txt", { ...options, openclawSessionKey: "agent:dev:other" });
    expect(requests).toHaveLength(1);
  });

  it("for a shell command is never given for good", async () => {
    const world = await createBridgeWorld();
    const { requests, options } = answering("allow-always");
    await world.says("run ls", options);
    expect(await world.says("run ls", options)).toBe("Ran ls.");
    expect(requests).toHaveLength(2);
  });

  it("that is denied is in the record as a refusal, and the tool never began", async () => {
    const world = await createBridgeWorld();
    const { outcome, events } = await watched(world, "run rm -r .", answering("deny").options);
    expect(outcome).toMatchObject({
      text: "I was not allowed to run rm -r ..",
      toolCalls: [{ toolName: "Bash", status: "failed", refused: true, input: { command: "rm -r ." } }],
    });
    expect(events.filter(({ type }) => type.startsWith("tool-"))).toMatchObject([
      { type: "tool-start" },
      { type: "tool-end", call: { refused: true } },
    ]);
  });

  it("that is denied is the last word of a turn that says no other", async () => {
    const world = await createBridgeWorld();
    const call = { toolCallId: "call-1", title: "rm -r .", name: "Bash", kind: "execute" };
    const options = [{ optionId: "no", name: "No", kind: "reject_once" }];
    const prompt = acting(
      { update: { sessionUpdate: "tool_call", ...call, status: "pending" } },
      { permission: { toolCall: call, options } },
    );
    expect(await world.says(prompt)).toBe("_Claude stopped: Bash was not allowed._");
  });

  it("that is still asked for when the turn is cancelled is withdrawn", async () => {
    const world = await createBridgeWorld();
    await world.says("say hello");
    const stop = new AbortController();
    const withdrawn = Promise.withResolvers<undefined>();
    const outcome = await world.turn("run ls", {
      signal: stop.signal,
      observer: {
        onPermissionRequest(_, signal) {
          signal.addEventListener("abort", () => {
            withdrawn.resolve(undefined);
          });
          stop.abort();
          return new Promise(() => undefined);
        },
      },
    });
    await withdrawn.promise;
    expect(outcome).toMatchObject({ kind: "cancelled", toolCalls: [{ status: "failed" }] });
    expect(await world.says("say again")).toBe("again");
  });
});

describe("a policy", () => {
  it("is asked about every call, also about one that needs no permission", async () => {
    const world = await createBridgeWorld();
    world.gated = true;
    const calls: BeforeToolCall[] = [];
    const { requests, options } = answering("allow-once");
    const onBeforeToolCall = (call: BeforeToolCall): Promise<{ allow: true }> => {
      calls.push(call);
      return Promise.resolve({ allow: true });
    };
    const observer = { ...options.observer, onBeforeToolCall };
    expect(await world.says("look at notes.txt", { observer })).toBe("Looked at notes.txt.");
    expect(await world.says("run ls", { observer })).toBe("Ran ls.");
    expect(calls).toMatchObject([
      { toolName: "Read", input: { file_path: "notes.txt" } },
      { toolName: "Bash", input: { command: "ls" } },
    ]);
    expect(requests).toHaveLength(1);
  });

  it("refuses a call for good: nobody else is asked, and Claude is told why", async () => {
    const world = await createBridgeWorld();
    world.gated = true;
    const { requests, options } = answering("allow-always");
    const reason = "Not on a Saturday.";
    const { outcome } = await watched(world, "run ls", {
      observer: { ...options.observer, onBeforeToolCall: () => Promise.resolve({ allow: false, reason }) },
    });
    expect(outcome).toMatchObject({
      text: "I was not allowed to run ls.",
      toolCalls: [{ refused: true, status: "failed", output: expect.stringContaining(reason) as string }],
    });
    expect(requests).toEqual([]);
  });

  it("may change what the tool is given, and the record says what it was given", async () => {
    const world = await createBridgeWorld();
    world.gated = true;
    const input = { command: "ls --safe" };
    const { requests, options } = answering("allow-once");
    const { outcome, events } = await watched(world, "run ls", {
      observer: { ...options.observer, onBeforeToolCall: () => Promise.resolve({ allow: true, input }) },
    });
    expect(outcome).toMatchObject({ text: "Ran ls --safe.", toolCalls: [{ input, refused: false }] });
    expect(requests).toMatchObject([{ rawInput: input }]);
    expect(events.findLast(({ type }) => type === "tool-end")).toMatchObject({ call: { input } });
  });

  it("that fails refuses the call", async () => {
    const world = await createBridgeWorld();
    world.gated = true;
    const onBeforeToolCall = (): Promise<never> => Promise.reject(new Error("The policy is broken."));
    const { outcome } = await watched(world, "look at notes.txt", { observer: { onBeforeToolCall } });
    expect(outcome).toMatchObject({
      text: "I was not allowed to look at notes.txt.",
      toolCalls: [{ refused: true }],
    });
  });
});

describe("a question", () => {
  it("is answered in the same turn", async () => {
    const world = await createBridgeWorld();
    const questions: QuestionRequest[] = [];
    const onQuestion = (question: QuestionRequest): Promise<QuestionAnswer> => {
      questions.push(question);
      return Promise.resolve({ action: "accept", content: { question_0: "tea" } });
    };
    expect(await world.says("ask Tea or milk? tea, milk", { observer: { onQuestion } })).toBe(
      'The answer: {"action":"accept","content":{"question_0":"tea"}}',
    );
    expect(questions).toMatchObject([{ message: "Tea or milk?", toolCallId: "question" }]);
    expect(await world.prompts()).toHaveLength(1);
  });

  it("that nobody answers is declined, and the turn goes on", async () => {
    const world = await createBridgeWorld();
    expect(await world.says("ask Tea? yes, no")).toBe('The answer: {"action":"decline"}');
  });

  it("is withdrawn with the turn that is cancelled", async () => {
    const world = await createBridgeWorld();
    const stop = new AbortController();
    const withdrawn = Promise.withResolvers<undefined>();
    const onQuestion = (_: QuestionRequest, signal: AbortSignal): Promise<QuestionAnswer> => {
      signal.addEventListener("abort", () => {
        withdrawn.resolve(undefined);
      });
      stop.abort();
      return new Promise(() => undefined);
    };
    const outcome = world.turn("ask Tea? yes, no", { signal: stop.signal, observer: { onQuestion } });
    expect(await outcome).toMatchObject({ kind: "cancelled", text: "" });
    await withdrawn.promise;
    expect(await world.says("say again")).toBe("again");
  });
});
