import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import { expect } from "vitest";
import type {
  AgentSession,
  BeforeToolCall,
  BeforeToolCallVerdict,
  PermissionDecision,
  PermissionRequest,
  PromptImage,
  PromptOutcome,
  QuestionAnswer,
  QuestionRequest,
  RetryNotice,
} from "../../../src/acp/acp-adapter.ts";

/** A turn that runs, with everything that reached its caller. */
export type RecordedTurn = {
  outcome: Promise<PromptOutcome>;
  updates: SessionUpdate[];
  permissionRequests: PermissionRequest[];
  toolCalls: BeforeToolCall[];
  questions: QuestionRequest[];
  retries: RetryNotice[];
  /** The pieces of the answer, in the order of their arrival. */
  pieces(): string[];
  said(): string;
  cancel(): void;
};

export type TurnOptions = {
  images?: PromptImage[];
  signal?: AbortSignal;
  /** Denies unless given. */
  decide?: (request: PermissionRequest) => PermissionDecision | Promise<PermissionDecision>;
  /** Lets everything begin unless given. */
  judge?: (call: BeforeToolCall) => BeforeToolCallVerdict;
  /** Declines unless given. */
  answer?: (question: QuestionRequest) => QuestionAnswer | Promise<QuestionAnswer>;
};

export function startTurn(session: AgentSession, text: string, options: TurnOptions = {}): RecordedTurn {
  const cancellation = new AbortController();
  const updates: SessionUpdate[] = [];
  const permissionRequests: PermissionRequest[] = [];
  const toolCalls: BeforeToolCall[] = [];
  const questions: QuestionRequest[] = [];
  const retries: RetryNotice[] = [];
  const outcome = session.prompt({
    text,
    images: options.images ?? [],
    signal: AbortSignal.any([cancellation.signal, ...(options.signal ? [options.signal] : [])]),
    onUpdate: (update) => updates.push(update),
    async onPermissionRequest(request) {
      permissionRequests.push(request);
      return (await options.decide?.(request)) ?? "deny";
    },
    onBeforeToolCall(call) {
      toolCalls.push(call);
      return Promise.resolve(options.judge?.(call) ?? { allow: true });
    },
    async onQuestion(question) {
      questions.push(question);
      return (await options.answer?.(question)) ?? { action: "decline" };
    },
    onRetry: (notice) => retries.push(notice),
  });
  // The test may look at the outcome only after it has looked at something else.
  outcome.catch(() => undefined);
  const pieces = (): string[] => updates.map(spokenText).filter((piece) => piece !== "");
  return {
    outcome,
    updates,
    permissionRequests,
    toolCalls,
    questions,
    retries,
    pieces,
    said: () => pieces().join(""),
    cancel: () => {
      cancellation.abort();
    },
  };
}

/** Runs a turn to its regular end, and resolves to what it said. */
export async function ask(session: AgentSession, text: string, options: TurnOptions = {}): Promise<string> {
  const turn = startTurn(session, text, options);
  expect(await turn.outcome).toMatchObject({ stopReason: "end_turn" });
  return turn.said();
}

/** Resolves once the turn has said something. */
export async function untilItTalks(turn: RecordedTurn): Promise<void> {
  await expect.poll(() => turn.said(), { timeout: 10_000, interval: 10 }).not.toBe("");
}

export async function untilItAsks(turn: RecordedTurn): Promise<void> {
  await expect.poll(() => turn.permissionRequests.length, { timeout: 10_000, interval: 10 }).toBe(1);
}

export function allow(): PermissionDecision {
  return "allow";
}

/** A function that never answers: the person has left. */
export function never<Answer>(): Promise<Answer> {
  return new Promise(() => undefined);
}

export function spokenText(update: SessionUpdate): string {
  return update.sessionUpdate === "agent_message_chunk" && update.content.type === "text"
    ? update.content.text
    : "";
}
