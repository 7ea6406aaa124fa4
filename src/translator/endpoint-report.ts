import { z } from "zod";

/** What an endpoint says of its own error. */
export type EndpointReport = {
  /** Bounded, one line, without the key; undefined when it says nothing. */
  message: string | undefined;
  /** Its names for the error, be they called `code` or `type`. */
  names: string[];
  /** An HTTP status that stands in the body: all that there is in the middle of a stream. */
  status: number | undefined;
  promptTokens: number | undefined;
  contextTokens: number | undefined;
};

const WORDS_LENGTH = 500;

const details = z.looseObject({
  message: z.string().optional().catch(undefined),
  code: z.union([z.string(), z.number()]).nullish().catch(undefined),
  type: z.string().nullish().catch(undefined),
  n_prompt_tokens: z.number().optional().catch(undefined),
  n_ctx: z.number().optional().catch(undefined),
});

/** OpenAI and most put it under `error`, older vLLM at the top; FastAPI, which many are built on, calls it `detail`. */
const reportBody = z.looseObject({
  error: z.union([z.string(), details]).optional().catch(undefined),
  detail: z.string().optional().catch(undefined),
});

export function readReport(body: string | undefined, apiKey: string | undefined): EndpointReport {
  const parsed = parsedJson(body);
  const { error, detail } = reportBody.safeParse(parsed).data ?? {};
  const facts = typeof error === "object" ? error : (details.safeParse(parsed).data ?? {});
  // What is no JSON is a page of a proxy as a rule, and says nothing.
  const message = typeof error === "string" ? error : (facts.message ?? detail);
  const names = [facts.code, facts.type].filter((name) => name !== undefined && name !== null).map(String);
  return {
    message: message === undefined ? undefined : boundedWords(message, apiKey),
    names,
    status: names.map(Number).find((number) => Number.isInteger(number) && number >= 400 && number < 600),
    promptTokens: facts.n_prompt_tokens,
    contextTokens: facts.n_ctx,
  };
}

function boundedWords(message: string, apiKey: string | undefined): string {
  const redacted = apiKey ? message.replaceAll(apiKey, "[key]") : message;
  const line = redacted.replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
  return line.length <= WORDS_LENGTH ? line : `${line.slice(0, WORDS_LENGTH).toWellFormed()}…`;
}

function parsedJson(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? "");
  } catch {
    return undefined;
  }
}
