import type { Route } from "../loopback/loopback-server.ts";
import { answerFault, answerJson } from "./json-answer.ts";
import { acceptRequest } from "./messages-route.ts";
import { estimateTokens } from "./token-estimate.ts";

/** `POST /v1/messages/count_tokens`, which answers with an estimate: nothing is asked of the upstream. */
export function createCountTokensRoute(): Route {
  return async (incoming, response) => {
    const { request, refusal } = await acceptRequest(incoming);
    if (refusal !== undefined) answerFault(response, refusal);
    else answerJson(response, { input_tokens: estimateTokens(request) });
  };
}
