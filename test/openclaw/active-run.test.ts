import {
  abortAgentHarnessRun,
  resolveActiveEmbeddedRunSessionId,
  type setActiveEmbeddedRun,
} from "openclaw/plugin-sdk/agent-harness-runtime";
import { afterEach, describe, expect, it } from "vitest";
import type { InboundMessage } from "../../src/bridge/turn.ts";
import { registerActiveRun, type ActiveRun } from "../../src/openclaw/active-run.ts";
import type { AttemptParams } from "../../src/openclaw/harness-types.ts";
import { recordedAttempt } from "./recorded-attempt.ts";

type Handle = Parameters<typeof setActiveEmbeddedRun>[1];
type QueueOptions = Parameters<Handle["queueMessage"]>[1];

const open: ActiveRun[] = [];

afterEach(() => {
  for (const run of open.splice(0)) run.close();
});

/** A registered run, and the handle that the host was given. */
function register(overrides: Partial<AttemptParams> = {}) {
  const attached: Handle[] = [];
  const detached: Handle[] = [];
  const log: string[] = [];
  const attempt = recordedAttempt({
    replyOperation: {
      attachBackend: (handle: Handle) => attached.push(handle),
      detachBackend: (handle: Handle) => detached.push(handle),
    } as unknown as AttemptParams["replyOperation"],
    ...overrides,
  });
  const run = registerActiveRun(attempt.params, (message) => log.push(message));
  open.push(run);
  const handle = attached[0];
  const injection = handle?.messageInjectionV2;
  return { ...attempt, run, handle, injection, detached, log };
}

const accepted = (verdicts: boolean[]): NonNullable<QueueOptions> => ({
  onQueueAccepted: (verdict) => verdicts.push(verdict),
});

describe("a registered run", () => {
  it("is the session's running one until it is closed", () => {
    const { params, run, handle, detached } = register();
    const { sessionKey = "" } = params;
    expect(resolveActiveEmbeddedRunSessionId(sessionKey)).toBe(params.sessionId);
    run.close();
    run.close();
    expect(resolveActiveEmbeddedRunSessionId(sessionKey)).toBeUndefined();
    expect(detached).toEqual([handle]);
  });

  it.each([{ when: "before it began" }, { when: "while it runs" }])(
    "is cancelled when whoever waited for it has gone $when",
    ({ when }) => {
      const client = new AbortController();
      if (when === "before it began") client.abort();
      const { params, given } = recordedAttempt();
      const run = registerActiveRun(params, () => undefined, client.signal);
      open.push(run);
      client.abort();
      expect(run.signal.aborted).toBe(true);
      expect(given("onAttemptAbort")).toHaveLength(1);
    },
  );

  it("is cancelled by whoever aborts the session's run, and says so to the host", () => {
    const { params, run, handle, given } = register();
    expect(handle?.isAbortable?.()).toBe(true);
    expect(abortAgentHarnessRun(params.sessionId)).toBe(true);
    expect(run.signal.aborted).toBe(true);
    expect(given("onAttemptAbort")).toHaveLength(1);
    handle?.cancel?.("user_abort");
    expect(given("onAttemptAbort")).toHaveLength(1);
    expect(handle?.isStopped?.()).toBe(true);
  });

  it("ends with the host's own signal", () => {
    const host = new AbortController();
    const { run } = register({ abortSignal: host.signal });
    host.abort();
    expect(run.signal.aborted).toBe(true);
  });

  it("cannot be cancelled any more once the turn is over", () => {
    const { run, handle, given } = register();
    run.settled();
    handle?.cancel?.("user_abort");
    expect(handle?.isAbortable?.()).toBe(false);
    expect(run.signal.aborted).toBe(false);
    expect(given("onAttemptAbort")).toEqual([]);
  });

  it("owns its liveness exactly while a person is asked", async () => {
    const handles: Handle[] = [];
    const { run } = register({
      replyOperation: {
        attachBackend: (handle: Handle) => handles.push(handle),
        detachBackend: () => undefined,
      } as unknown as AttemptParams["replyOperation"],
    });
    const owns = (): boolean | undefined => handles[0]?.ownsLiveness?.();
    const answer = Promise.withResolvers<string>();
    const waits = [
      run.whileWaiting(() => answer.promise),
      run.whileWaiting(() => Promise.reject(new Error("no"))),
    ];
    expect(owns()).toBe(true);
    await waits[1]?.catch(() => undefined);
    expect(owns()).toBe(true);
    answer.resolve("yes");
    await waits[0];
    expect(owns()).toBe(false);
  });

  it("tells that it compacts", () => {
    const { run, handle } = register();
    run.compacting("start");
    expect(handle?.isCompacting()).toBe(true);
    run.compacting("end");
    expect(handle?.isCompacting()).toBe(false);
  });

  it("goes on unregistered when the host refuses it", () => {
    const { run, log } = register({
      replyOperation: {
        attachBackend: () => {
          throw new Error("another run is attached");
        },
        detachBackend: () => undefined,
      } as unknown as AttemptParams["replyOperation"],
    });
    expect(log).toEqual([expect.stringContaining("another run is attached")]);
    expect(run.signal.aborted).toBe(false);
    run.close();
  });
});

describe("a message that arrives while the turn runs", () => {
  it("is refused until the turn can be steered, and after it is over", async () => {
    const { run, injection } = register();
    const verdicts: boolean[] = [];
    const queue = (): Promise<unknown> =>
      injection?.queueMessage("wait", accepted(verdicts), () => undefined, "run") ?? Promise.resolve();
    expect(injection?.isAvailable()).toBe(false);
    await expect(queue()).rejects.toThrow("takes no more messages");
    run.onSteerable(() => Promise.resolve(true));
    expect(injection?.isAvailable()).toBe(true);
    run.settled();
    expect(injection?.isAvailable()).toBe(false);
    await expect(queue()).rejects.toThrow("takes no more messages");
    expect(verdicts).toEqual([false, false]);
  });

  it("reaches the turn, is written into the history, and counts as taken", async () => {
    const { run, injection, params } = register();
    const steered: InboundMessage[] = [];
    const written: unknown[] = [];
    const verdicts: boolean[] = [];
    run.onSteerable((message) => {
      steered.push(message);
      return Promise.resolve(true);
    });
    const options = {
      ...accepted(verdicts),
      images: [{ type: "image", data: "aGk=", mimeType: "image/png" }],
      userTurnTranscriptRecorder: {
        persistApproved: (target: unknown) => Promise.resolve(void written.push(target)),
      },
    } as unknown as QueueOptions;
    await injection?.queueMessage("also this", options, () => undefined, "source-bound");
    expect(steered).toEqual([
      {
        text: "also this",
        context: undefined,
        images: [{ data: "aGk=", mimeType: "image/png" }],
        attachments: [],
      },
    ]);
    expect(written).toEqual([{ cwd: params.workspaceDir }]);
    expect(verdicts).toEqual([true]);
  });

  it("becomes a turn of its own when the agent does not take it", async () => {
    const { run, handle } = register();
    const verdicts: boolean[] = [];
    run.onSteerable(() => Promise.resolve(false));
    await expect(handle?.queueMessage("later", accepted(verdicts))).rejects.toThrow();
    expect(verdicts).toEqual([false]);
  });

  it("is not sent when whoever sent it may no longer", async () => {
    const { run, injection } = register();
    let sent = false;
    run.onSteerable(() => Promise.resolve((sent = true)));
    const refuse = (): void => {
      throw new Error("not current");
    };
    await expect(injection?.queueMessage("late", undefined, refuse, "source-bound")).rejects.toThrow(
      "not current",
    );
    expect(sent).toBe(false);
  });

  it("takes its files along", async () => {
    const { run, injection } = register();
    const steered: InboundMessage[] = [];
    run.onSteerable((message) => {
      steered.push(message);
      return Promise.resolve(true);
    });
    const options = { media: [{ path: "notes.pdf", fileName: "notes.pdf" }] } as unknown as QueueOptions;
    await injection?.queueMessage("read it", options, () => undefined, "run");
    expect(steered[0]?.attachments).toMatchObject([{ name: "notes.pdf", path: "notes.pdf" }]);
  });

  it("that is missing in the history is told as unconfirmed, and not sent again", async () => {
    const { run, handle, log } = register();
    run.onSteerable(() => Promise.resolve(true));
    const options = {
      userTurnTranscriptRecorder: { persistApproved: () => Promise.reject(new Error("disk full")) },
    } as unknown as QueueOptions;
    expect(await handle?.queueMessage("note", options)).toMatchObject({ transcriptCommit: "unconfirmed" });
    expect(log).toEqual([expect.stringContaining("disk full")]);
  });
});
