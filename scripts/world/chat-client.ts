import { z } from "zod";

export type ChatQuestion = {
  agentId: string;
  text: string;
  /** Who asks: the Gateway keeps one conversation for each. */
  user: string;
  /** The conversation itself, in place of the one that belongs to `user`. */
  sessionKey?: string;
  /** Called for each piece of a streamed answer, with the milliseconds since the request was sent. */
  onDelta?(text: string, elapsedMs: number): void;
  signal?: AbortSignal;
};

export type ChatAnswer = {
  status: number;
  text: string;
  /** Milliseconds until the first piece of text, and until the end. */
  firstTextMs: number | undefined;
  totalMs: number;
  usage: unknown;
  /** The Gateway's error, when it sent one. */
  error: unknown;
};

const TURN_TIMEOUT_MS = 120_000;

const chunkSchema = z.looseObject({
  choices: z
    .array(z.looseObject({ delta: z.looseObject({ content: z.string().nullish() }).optional() }))
    .default([]),
  usage: z.unknown().optional(),
  error: z.unknown().optional(),
});

/** One streamed turn. Only the new message is sent: the conversation lives behind the Gateway. */
export async function askGateway(
  gateway: { url: string; token: string },
  question: ChatQuestion,
): Promise<ChatAnswer> {
  const startedAt = performance.now();
  const timeout = AbortSignal.timeout(TURN_TIMEOUT_MS);
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${gateway.token}`,
      "content-type": "application/json",
      ...(question.sessionKey === undefined ? {} : { "x-openclaw-session-key": question.sessionKey }),
    },
    body: JSON.stringify({
      model: `openclaw/${question.agentId}`,
      user: question.user,
      stream: true,
      messages: [{ role: "user", content: question.text }],
    }),
    signal: question.signal ? AbortSignal.any([question.signal, timeout]) : timeout,
  });
  const answer: ChatAnswer = {
    status: response.status,
    text: "",
    firstTextMs: undefined,
    totalMs: 0,
    usage: undefined,
    error: undefined,
  };
  if (response.ok) {
    for await (const data of serverSentData(response)) applyChunk(answer, { data, question, startedAt });
  } else {
    answer.error = await response.text();
  }
  answer.totalMs = performance.now() - startedAt;
  return answer;
}

function applyChunk(
  answer: ChatAnswer,
  { data, question, startedAt }: { data: string; question: ChatQuestion; startedAt: number },
): void {
  if (data === "[DONE]") return;
  const chunk = chunkSchema.parse(JSON.parse(data));
  answer.usage = chunk.usage ?? answer.usage;
  answer.error = chunk.error ?? answer.error;
  const text = chunk.choices.map((choice) => choice.delta?.content ?? "").join("");
  if (text === "") return;
  const elapsedMs = performance.now() - startedAt;
  answer.firstTextMs ??= elapsedMs;
  answer.text += text;
  question.onDelta?.(text, elapsedMs);
}

async function* serverSentData(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  let rest = "";
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("data: ")) yield line.slice("data: ".length).trim();
  }
}
