import { onAgentEvent } from "openclaw/plugin-sdk/agent-harness-runtime";
import {
  dispatchGatewayMethod,
  type GatewayMethodDispatchResponse,
} from "openclaw/plugin-sdk/gateway-method-runtime";
import { z } from "zod";
import type { EndpointAnswer, EndpointTurn, RunEndpointTurn } from "../messages-endpoint/endpoint-turn.ts";
import { FaultError, NO_RETRY } from "../messages-endpoint/fault-error.ts";
import { turnFault } from "../messages-endpoint/turn-fault.ts";
import { awaitTurn, type AwaitedTurn } from "./awaited-turns.ts";

/**
 * Takes a client's turn through the Gateway's own method `agent`, with the authority of the request that is being served:
 * queue, policy, hooks and history are those of any turn of the agent. Must be called while a route handles the request.
 */
export const runMessagesTurn: RunEndpointTurn = async (turn, { onText, signal }) => {
  const { runId } = turn;
  const awaited: AwaitedTurn = {
    history: turn.history.map((message) => ({ ...message, at: undefined })),
    signal,
  };
  const forget = awaitTurn(runId, awaited);
  const speech = createSpeech(onText);
  const unsubscribe = onAgentEvent((event) => {
    if (event.runId === runId && event.stream === "assistant") speech.heard(event.data);
  });
  try {
    const response = await dispatchGatewayMethod("agent", agentParamsOf(turn), { expectFinal: true });
    return answerOf(response, { awaited, speech });
  } finally {
    unsubscribe();
    forget();
  }
};

function agentParamsOf(turn: EndpointTurn): Record<string, unknown> {
  const { agentId, sessionKey, runId, text, images, system } = turn;
  return {
    ...{ agentId, sessionKey, idempotencyKey: runId, message: text, deliver: false },
    ...(system === undefined ? {} : { extraSystemPrompt: system }),
    ...(images.length === 0 ? {} : { attachments: images.map(attachmentOf) }),
  };
}

function attachmentOf({ mediaType, data }: EndpointTurn["images"][number], index: number): unknown {
  const fileName = `image-${index + 1}.${mediaType.split("/")[1] ?? "bin"}`;
  return { type: "image", mimeType: mediaType, fileName, content: data };
}

type Speech = {
  /** What the client was told so far. */
  readonly text: string;
  heard(data: Record<string, unknown>): void;
  /** The whole as OpenClaw keeps it; what is new in it is told. */
  ended(text: string | undefined): void;
};

/** A stream can only be continued: what is said anew in other words is left out. */
function createSpeech(onText: (piece: string) => void): Speech {
  let told = "";
  const tell = (piece: string): void => {
    if (piece === "") return;
    told += piece;
    onText(piece);
  };
  const continueTo = (whole: string): void => {
    if (whole.startsWith(told)) tell(whole.slice(told.length));
  };
  return {
    get text() {
      return told;
    },
    heard({ text, delta }) {
      if (typeof text === "string") continueTo(text);
      else if (typeof delta === "string") tell(delta);
    },
    ended(text) {
      if (text !== undefined) continueTo(text);
    },
  };
}

const usageSchema = z.looseObject({
  input: z.number().default(0),
  output: z.number().default(0),
  cacheRead: z.number().default(0),
  cacheWrite: z.number().default(0),
});

const runSchema = z.looseObject({
  status: z.string(),
  result: z
    .looseObject({
      payloads: z
        .array(z.looseObject({ text: z.string().optional(), isError: z.boolean().optional() }))
        .default([]),
      meta: z
        .looseObject({
          stopReason: z.string().optional(),
          agentMeta: z.looseObject({ usage: usageSchema.optional() }).optional(),
        })
        .optional(),
    })
    .optional(),
});

type Run = z.infer<typeof runSchema>;

/** Throws `FaultError` for a turn that has no answer. */
function answerOf(
  response: GatewayMethodDispatchResponse,
  { awaited, speech }: { awaited: AwaitedTurn; speech: Speech },
): EndpointAnswer {
  if (!response.ok) throw failureOf(awaited) ?? refusalOf(response);
  const run = runSchema.parse(response.payload);
  const { payloads = [], meta } = run.result ?? {};
  if (run.status !== "ok" || payloads.some(({ isError }) => isError === true)) throw unfinished(run, awaited);
  speech.ended(textOf(payloads));
  const usage = usageSchema.parse(meta?.agentMeta?.usage ?? {});
  return {
    text: speech.text,
    stopReason: meta?.stopReason === "length" ? "max_tokens" : "end_turn",
    usage: {
      input_tokens: usage.input,
      cache_creation_input_tokens: usage.cacheWrite,
      cache_read_input_tokens: usage.cacheRead,
      output_tokens: usage.output,
    },
  };
}

function textOf(payloads: { text?: string | undefined }[]): string | undefined {
  const texts = payloads.flatMap(({ text }) => (text === undefined || text === "" ? [] : [text]));
  return texts.length === 0 ? undefined : texts.join("\n\n");
}

function unfinished(run: Run, awaited: AwaitedTurn): FaultError {
  const words =
    run.status === "timeout" ? "The turn was stopped before its end." : "The turn failed inside OpenClaw.";
  return failureOf(awaited) ?? new FaultError(500, words, NO_RETRY);
}

/** What the contractor itself failed with. */
function failureOf({ outcome }: AwaitedTurn): FaultError | undefined {
  if (outcome?.kind !== "failed") return undefined;
  return turnFault(outcome.error, { accepted: outcome.accepted, now: Date.now() });
}

/** OpenClaw took no turn at all, or has no more than words for how it ended. */
function refusalOf({ error }: GatewayMethodDispatchResponse): FaultError {
  const words = error?.message ?? "OpenClaw refused the turn.";
  if (words.startsWith("missing scope")) return new FaultError(403, words);
  return error?.code === "INVALID_REQUEST"
    ? new FaultError(400, words)
    : new FaultError(500, words, NO_RETRY);
}
