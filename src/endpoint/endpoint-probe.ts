import type { NamedEndpoint } from "./endpoint-key.ts";

const ANSWER_MS = 20_000;
/** A model that thinks first, or is loaded first, takes its time. */
const ASK_MS = 120_000;
const API_VERSION = "2023-06-01";
const TOOL = "report";

/** Where and with what a profile is asked: its own address, or the translator's. */
export type ProbeAddress = { baseUrl: string; headers: Record<string, string> };

export type ModelsAnswer = { status: number | undefined; models: string[]; problem: string | undefined };

/** What one tiny request showed. `problem`: in the endpoint's own words, bounded; undefined when it answered. */
export type ProbeReport = {
  /** HTTP status; undefined when nobody answered. */
  status: number | undefined;
  model: string;
  /** The model that answered, as the endpoint names it. */
  answeredBy: string | undefined;
  streams: boolean;
  /** It called the tool that it was given. */
  usesTools: boolean;
  firstByteMs: number | undefined;
  problem: string | undefined;
};

/** How a profile is asked directly. The key is in the headers alone. */
export function probeAddressOf(
  { auth, format }: NamedEndpoint,
  access: { baseUrl: string; key: string | undefined },
): ProbeAddress {
  const { baseUrl, key } = access;
  const credential: Record<string, string> = {};
  if (key !== undefined && auth === "api-key" && format !== "openai") credential["x-api-key"] = key;
  else if (key !== undefined) credential["authorization"] = `Bearer ${key}`;
  return { baseUrl, headers: { ...credential, "anthropic-version": API_VERSION } };
}

/** Which models there are; an endpoint need not tell. Costs nothing. */
export async function askModels({ baseUrl, headers }: ProbeAddress): Promise<ModelsAnswer> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await fetch(`${baseUrl}/v1/models`, { headers, signal });
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) return { status: response.status, models: [], problem: wordsOf(body, response.status) };
    return { status: response.status, models: modelIdsIn(body), problem: undefined };
  } catch (cause) {
    return { status: undefined, models: [], problem: connectionProblem(cause) };
  }
}

/** One streamed request of a few tokens, with one tool that the model shall call. */
export async function askOnce(address: ProbeAddress, model: string): Promise<ProbeReport> {
  const startedAt = performance.now();
  const report: ProbeReport = {
    ...{ status: undefined, model, answeredBy: undefined, streams: false, usesTools: false },
    ...{ firstByteMs: undefined, problem: undefined },
  };
  try {
    const response = await fetch(`${address.baseUrl}/v1/messages`, {
      method: "POST",
      headers: { ...address.headers, "content-type": "application/json" },
      body: JSON.stringify(requestFor(model)),
      signal: AbortSignal.timeout(ASK_MS),
    });
    report.status = response.status;
    const text = await readText(response, () => {
      report.firstByteMs ??= Math.round(performance.now() - startedAt);
    });
    if (!response.ok) return { ...report, problem: wordsOf(jsonIn(text), response.status) };
    const isStream = (response.headers.get("content-type") ?? "").includes("text/event-stream");
    return { ...report, ...factsOf(isStream ? eventsIn(text) : [jsonIn(text)]), streams: isStream };
  } catch (cause) {
    return { ...report, problem: connectionProblem(cause) };
  }
}

function requestFor(model: string): object {
  return {
    model,
    max_tokens: 64,
    stream: true,
    messages: [{ role: "user", content: `Call the tool ${TOOL} with the word "ready".` }],
    tools: [
      {
        name: TOOL,
        description: "Reports one word.",
        input_schema: { type: "object", properties: { word: { type: "string" } }, required: ["word"] },
      },
    ],
    tool_choice: { type: "auto" },
  };
}

async function readText(response: Response, onByte: () => void): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    onByte();
    text += decoder.decode(chunk as Uint8Array, { stream: true });
  }
  return text;
}

function eventsIn(text: string): unknown[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => jsonIn(line.slice("data:".length)));
}

/** A whole message, and each event of one that is streamed, name model and blocks in the same fields. */
function factsOf(parts: unknown[]): Pick<ProbeReport, "answeredBy" | "usesTools" | "problem"> {
  const records = parts.filter(isRecord);
  const messages = records.flatMap((part) => (isRecord(part["message"]) ? [part["message"], part] : [part]));
  const model = messages.map((part) => part["model"]).find((name) => typeof name === "string");
  const blocks = messages.flatMap((part) => [part["content_block"], ...listOf(part["content"])]);
  const error = records.find(({ type }) => type === "error");
  return {
    answeredBy: typeof model === "string" ? model : undefined,
    usesTools: blocks.some((block) => isRecord(block) && block["type"] === "tool_use"),
    problem: error === undefined ? undefined : wordsOf(error, 200),
  };
}

/** Anthropic's list and OpenAI's are alike in this; Ollama's older one is not. */
function modelIdsIn(body: unknown): string[] {
  const data = isRecord(body) ? listOf(body["data"] ?? body["models"]) : [];
  return data
    .map((entry) => (isRecord(entry) ? (entry["id"] ?? entry["name"]) : undefined))
    .filter((id) => typeof id === "string");
}

function wordsOf(body: unknown, status: number): string {
  const error = isRecord(body) && isRecord(body["error"]) ? body["error"] : body;
  const message = isRecord(error) && typeof error["message"] === "string" ? error["message"] : undefined;
  return message === undefined ? `HTTP status ${status}` : message.slice(0, 300);
}

function connectionProblem(cause: unknown): string {
  if (cause instanceof DOMException && cause.name === "TimeoutError") return "it did not answer in time";
  const reason: unknown = cause instanceof Error ? (cause.cause ?? cause) : cause;
  return reason instanceof Error ? reason.message : String(reason);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
