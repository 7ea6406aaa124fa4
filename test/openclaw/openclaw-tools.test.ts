import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it } from "vitest";
import type { OfferedTools } from "../../src/bridge/turn.ts";
import type { AttemptParams } from "../../src/openclaw/harness-types.ts";
import { createKnownToolLists, type KnownToolLists } from "../../src/openclaw/known-tool-lists.ts";
import { createOpenClawTools, type HostToolCallRecord } from "../../src/openclaw/openclaw-tools.ts";
import { sampleAttempt } from "./attempt-params.ts";

type Execute = (
  id: string,
  input: unknown,
  signal?: AbortSignal,
  onUpdate?: (partial: unknown) => void,
) => unknown;

function hostTool(
  name: string,
  execute: Execute = () => ({ content: [{ type: "text", text: name }] }),
): unknown {
  return { name, label: name, description: `Does ${name}.`, parameters: { type: "object" }, execute };
}

function toolsOf(
  tools: unknown[] | "broken",
  options: {
    selection?: string[];
    onlyLooks?: boolean;
    attempt?: Partial<AttemptParams>;
    known?: KnownToolLists;
  } = {},
): { offered: OfferedTools | null; calls: HostToolCallRecord[]; log: string[]; builds: () => number } {
  const calls: HostToolCallRecord[] = [];
  const log: string[] = [];
  let builds = 0;
  const attempt = sampleAttempt({});
  const params = {
    ...attempt,
    ...options.attempt,
    hostCapabilities: {
      ...attempt.hostCapabilities,
      createToolSurface: () => {
        builds += 1;
        if (tools === "broken") throw new Error("no registry");
        return tools;
      },
    },
  } as unknown as AttemptParams;
  const offered = createOpenClawTools(params, {
    selection: options.selection ?? ["messaging", "sessions"],
    onlyLooks: options.onlyLooks ?? false,
    known: options.known ?? createKnownToolLists(),
    log: (message) => log.push(message),
    onCalled: (call) => {
      calls.push(call);
      return Promise.resolve();
    },
  });
  return { offered, calls, log, builds: () => builds };
}

const CALL = {
  toolCallId: "toolu_1",
  input: { limit: 1 },
  signal: new AbortController().signal,
  onProgress: () => undefined,
};

describe("OpenClaw's tools of a turn", () => {
  it("are those that are selected, of those that the host builds, in one order, built once", () => {
    const { offered, builds } = toolsOf(
      ["sessions_send", "exec", "message", "browser", "cron"].map((n) => hostTool(n)),
    );
    expect(offered?.list.map(({ name }) => name)).toEqual(["message", "sessions_send"]);
    expect(offered?.list.map(({ name }) => name)).toEqual(["message", "sessions_send"]);
    expect(builds()).toBe(1);
  });

  it("are none when nothing is selected, the turn has no tools, or the host cannot build any", () => {
    expect(toolsOf([], { selection: [] }).offered).toBeNull();
    expect(toolsOf([], { attempt: { disableTools: true } }).offered).toBeNull();
  });

  it("are shown as a turn like this one had them, and are not built for that", async () => {
    const known = createKnownToolLists();
    const attempt = { config: {} };
    const first = toolsOf([hostTool("message")], { known, attempt });
    const shown = first.offered?.list;
    const second = toolsOf([hostTool("message")], { known, attempt: { ...attempt, runId: "run-2" } });
    expect(second.offered?.list).toBe(shown);
    expect(second.builds()).toBe(0);
    expect(second.offered?.built()).toBe(shown);
    expect(second.builds()).toBe(1);
    const third = toolsOf([hostTool("message"), hostTool("sessions_list")], { known, attempt });
    expect(third.offered?.list).toBe(shown);
    expect(await third.offered?.call("sessions_list", CALL)).toMatchObject({ isError: false });
    expect(third.offered?.list.map(({ name }) => name)).toEqual(["message", "sessions_list"]);
    const fourth = toolsOf([], { known, attempt });
    expect(fourth.offered?.list).toBe(third.offered?.list);
  });

  it("are built and called as a part of their turn, wherever Claude Code's word comes from", async () => {
    const scope = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const see = (): { content: [] } => {
      seen.push(scope.getStore());
      return { content: [] };
    };
    const { offered } = scope.run("turn", () => toolsOf([hostTool("message", see)]));
    await scope.run("an earlier turn", () => offered?.call("message", CALL));
    expect(seen).toEqual(["turn"]);
  });

  it("are none, and the log says why, when the host cannot build what was shown; the next turn fails by itself", () => {
    const known = createKnownToolLists();
    const attempt = { config: {} };
    toolsOf([hostTool("message")], { known, attempt }).offered?.built();
    const { offered, log } = toolsOf("broken", { known, attempt });
    expect(offered?.list).toHaveLength(1);
    expect(offered?.built()).toEqual([]);
    expect(offered?.built()).toEqual([]);
    expect(log).toEqual([
      expect.stringMatching(/^run run-1: OpenClaw could not build its tools: .*no registry/),
    ]);
    const next = toolsOf("broken", { known, attempt }).offered;
    expect(() => next?.list).toThrow(/no registry/);
  });

  it("are within what a schedule or a caller allows the turn", () => {
    const tools = [hostTool("message"), hostTool("sessions_list")];
    const names = (toolsAllow: string[]): unknown =>
      toolsOf(tools, { attempt: { toolsAllow } }).offered?.list.map(({ name }) => name);
    expect(names(["sessions_list"])).toEqual(["sessions_list"]);
    expect(names(["*"])).toEqual(["message", "sessions_list"]);
    expect(names([])).toEqual([]);
  });

  it("only look while the contractor plans", () => {
    const { offered } = toolsOf([hostTool("message"), hostTool("sessions_list")], { onlyLooks: true });
    expect(offered?.list).toMatchObject([{ name: "sessions_list", readOnly: true }]);
  });

  it("are called with Claude Code's id, and each call is told once, with its result", async () => {
    const seen: unknown[] = [];
    const tool = hostTool("sessions_list", (id, input, _, onUpdate) => {
      seen.push(id, input);
      onUpdate?.({ content: [{ type: "text", text: "half" }] });
      return { content: [{ type: "image", data: "aGk=", mimeType: "image/png" }], details: { count: 1 } };
    });
    const progress: string[] = [];
    const { offered, calls } = toolsOf([tool]);
    const result = await offered?.call("sessions_list", {
      ...CALL,
      onProgress: (text) => progress.push(text),
    });
    expect(seen).toEqual(["toolu_1", { limit: 1 }]);
    expect(progress).toEqual(["half"]);
    expect(result).toEqual({
      content: [{ type: "image", data: "aGk=", mimeType: "image/png" }],
      structured: undefined,
      isError: false,
    });
    expect(calls).toMatchObject([{ toolCallId: "toolu_1", toolName: "sessions_list", offered: result }]);
  });

  it("fail in the host's words, and are told as failed", async () => {
    const tool = hostTool("message", () => Promise.reject(new Error("No such chat.")));
    const { offered, calls } = toolsOf([tool]);
    const result = await offered?.call("message", CALL);
    expect(result).toMatchObject({ isError: true, content: [{ text: "No such chat." }] });
    expect(calls).toMatchObject([{ result: undefined, offered: { isError: true } }]);
  });
});
