import { z } from "zod";
import { APICallError } from "@ai-sdk/provider";
import type { Route } from "../loopback/loopback-server.ts";
import type { ChatUpstream } from "./chat-translator.ts";
import { endpointFault } from "./endpoint-fault.ts";
import { answerFault, answerJson } from "./json-answer.ts";

const ANSWER_WITHIN_MS = 15_000;

const modelList = z.looseObject({
  data: z.array(z.looseObject({ id: z.string(), created: z.number().nullish().catch(undefined) })),
});

type Model = z.infer<typeof modelList>["data"][number];

/** `GET /v1/models`: the upstream's own list, in Anthropic's form. */
export function createModelsRoute(upstream: ChatUpstream): Route {
  return async (_, response) => {
    try {
      const models = await listModels(upstream);
      const [first, last] = [models.at(0)?.id ?? null, models.at(-1)?.id ?? null];
      const page = { data: models.map(modelInfo), has_more: false, first_id: first, last_id: last };
      answerJson(response, page);
    } catch (error) {
      answerFault(response, endpointFault(error, upstream.apiKey));
    }
  };
}

/** The library asks for answers alone, so the list is fetched without it; errors are of its kind all the same. */
async function listModels({ baseUrl, apiKey }: ChatUpstream): Promise<Model[]> {
  const url = `${baseUrl}/models`;
  const headers = apiKey === undefined ? undefined : { authorization: `Bearer ${apiKey}` };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }).catch(
    (cause: unknown) => {
      throw new APICallError({ message: "No connection.", url, requestBodyValues: {}, cause });
    },
  );
  const responseBody = await response.text();
  const failure = (): APICallError =>
    new APICallError({
      message: "No list of models.",
      url,
      requestBodyValues: {},
      statusCode: response.status,
      responseHeaders: Object.fromEntries(response.headers),
      responseBody,
    });
  if (!response.ok) throw failure();
  const list = modelList.safeParse(parsed(responseBody));
  if (!list.success) throw failure();
  return list.data.data;
}

function modelInfo({ id, created }: Model): Record<string, unknown> {
  const createdAt = new Date((created ?? 0) * 1000).toISOString();
  return { type: "model", id, display_name: id, created_at: createdAt };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
