import type { IncomingMessage, ServerResponse } from "node:http";
import type { MessagesEndpointConfig } from "../config/messages-endpoint-schema.ts";
import { readBody } from "../loopback/read-body.ts";
import { answerFault, answerJson } from "../translator/json-answer.ts";
import { readMessagesRequest, type MessagesRequest } from "../translator/messages-request.ts";
import { estimateTokens } from "../translator/token-estimate.ts";
import { newApiId } from "./api-id.ts";
import { answerTurn } from "./answer-turn.ts";
import { chooseConversation, SESSION_KEY_HEADER } from "./conversation-choice.ts";
import type { RunEndpointTurn } from "./endpoint-turn.ts";
import { FaultError, faultOf } from "./fault-error.ts";
import { contractorOf, modelList, modelNamed } from "./contractor-models.ts";
import { readQuestion } from "./read-question.ts";
import { createTurnAdmission, type TurnAdmission } from "./turn-admission.ts";

/** Every answer of this endpoint has it, and none that the Gateway gives in its place. */
export const REQUEST_ID_HEADER = "request-id";

export type MessagesEndpointOptions = {
  /** Read at each request. */
  settings(): MessagesEndpointConfig;
  /** Ids of the contractor agents, read at each request. */
  agentIds(): string[];
  runTurn: RunEndpointTurn;
  log(message: string): void;
};

/** Answers a request for a path below the endpoint's address, e.g. `/v1/messages`. Never rejects. */
export type MessagesEndpoint = (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
) => Promise<void>;

/** The Anthropic Messages API whose models are contractors. Who may ask is decided before. */
export function createMessagesEndpoint(options: MessagesEndpointOptions): MessagesEndpoint {
  const admission = createTurnAdmission();
  const runTurn: RunEndpointTurn = async (turn, watcher) => {
    try {
      return await options.runTurn(turn, watcher);
    } catch (error) {
      if (!(error instanceof FaultError))
        options.log(`messages endpoint, run ${turn.runId}: ${String(error)}`);
      throw error;
    }
  };
  return async (request, response, path) => {
    const requestId = newApiId("req");
    response.setHeader(REQUEST_ID_HEADER, requestId);
    response.setHeader("cache-control", "no-store");
    try {
      await answer({ request, response, path, admission, options: { ...options, runTurn } });
    } catch (error) {
      if (!(error instanceof FaultError)) options.log(`messages endpoint, ${requestId}: ${String(error)}`);
      answerFault(response, faultOf(error));
    }
  };
}

type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  path: string;
  admission: TurnAdmission;
  options: MessagesEndpointOptions;
};

type Answering = { method: "GET" | "POST"; answer(exchange: Exchange): Promise<void> | void };

const ROUTES: Record<string, Answering> = {
  "/healthz": { method: "GET", answer: answerHealth },
  "/v1/models": { method: "GET", answer: answerModels },
  "/v1/messages": { method: "POST", answer: answerMessage },
  "/v1/messages/count_tokens": { method: "POST", answer: answerCount },
};

const ONE_MODEL = "/v1/models/";

async function answer(exchange: Exchange): Promise<void> {
  const { path, request } = exchange;
  const route = Object.entries(ROUTES).find(([known]) => known === path)?.[1];
  const found = route ?? (path.startsWith(ONE_MODEL) ? { method: "GET", answer: answerModel } : undefined);
  if (found === undefined) throw new FaultError(404, "There is nothing at this address.");
  if (request.method !== found.method) throw new FaultError(405, `This address takes ${found.method} alone.`);
  await found.answer(exchange);
}

function answerHealth({ response, options, admission }: Exchange): void {
  answerJson(response, {
    status: "ok",
    contractors: options.agentIds().length,
    running_turns: admission.running,
  });
}

function answerModels({ response, options }: Exchange): void {
  answerJson(response, modelList(options.agentIds()));
}

function answerModel({ response, options, path }: Exchange): void {
  answerJson(response, modelNamed(options.agentIds(), decoded(path.slice(ONE_MODEL.length))));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function answerCount({ request, response, options }: Exchange): Promise<void> {
  const question = await readRequest(request, options.settings());
  contractorOf(options.agentIds(), question.model);
  answerJson(response, { input_tokens: estimateTokens(question) });
}

async function answerMessage({ request, response, admission, options }: Exchange): Promise<void> {
  const settings = options.settings();
  const leave = admission.admit(settings.maxConcurrentTurns);
  try {
    const asked = await readRequest(request, settings);
    const agentId = contractorOf(options.agentIds(), asked.model);
    const question = readQuestion(asked, settings);
    const { headers } = request;
    const sessionKey = chooseConversation(agentId, { headers, metadata: asked["metadata"] });
    response.setHeader(SESSION_KEY_HEADER, sessionKey);
    const release = admission.claim(sessionKey);
    try {
      const id = newApiId("msg");
      await answerTurn(response, {
        head: { id, model: asked.model },
        stream: asked.stream === true,
        run: (watcher) => options.runTurn({ agentId, sessionKey, runId: id, ...question }, watcher),
      });
    } finally {
      release();
    }
  } finally {
    leave();
  }
}

/** Throws `FaultError`. */
async function readRequest(
  request: IncomingMessage,
  { maxBodyMb }: MessagesEndpointConfig,
): Promise<MessagesRequest> {
  const body = await readBody(request, maxBodyMb * 1024 * 1024);
  if (body === null) throw new FaultError(413, `The request is longer than ${maxBodyMb} MB.`);
  const { request: read, problem } = readMessagesRequest(body);
  if (read === undefined) throw new FaultError(400, problem);
  return read;
}
