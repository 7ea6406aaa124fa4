import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import { expect } from "vitest";
import type {
  AgentSession,
  PermissionDecision,
  PermissionRequest,
  PromptImage,
  PromptOutcome,
} from "../../../src/acp/acp-adapter.ts";

/** A turn that runs, with everything that reached its caller. */
export type RecordedTurn = {
  outcome: Promise<PromptOutcome>;
  updates: SessionUpdate[];
  permissionRequests: PermissionRequest[];
  /** The pieces of the answer, in the order of their arrival. */
  pieces(): string[];
  said(): string;
  cancel(): void;
};

export type TurnOptions = {
  images?: PromptImage[];
  signal?: AbortSignal;
  decide?: (request: PermissionRequest) => PermissionDecision | Promise<PermissionDecision>;
};

export function startTurn(session: AgentSession, text: string, options: TurnOptions = {}): RecordedTurn {
  const cancellation = new AbortController();
  const updates: SessionUpdate[] = [];
  const permissionRequests: PermissionRequest[] = [];
  const outcome = session.prompt({
    text,
    images: options.images ?? [],
    signal: AbortSignal.any([cancellation.signal, ...(options.signal ? [options.signal] : [])]),
    onUpdate: (update) => updates.push(update),
    async onPermissionRequest(request) {
      permissionRequests.push(request);
      return (await options.decide?.(request)) ?? null;
    },
  });
  // The test may look at the outcome only after it has looked at something else.
  outcome.catch(() => undefined);
  const pieces = (): string[] => updates.map(spokenText).filter((piece) => piece !== "");
  return {
    outcome,
    updates,
    permissionRequests,
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

export function allowOnce(request: PermissionRequest): PermissionDecision {
  return request.options.find(({ kind }) => kind === "allow_once")?.optionId ?? null;
}

function spokenText(update: SessionUpdate): string {
  return update.sessionUpdate === "agent_message_chunk" && update.content.type === "text"
    ? update.content.text
    : "";
}
