import type { ServerResponse } from "node:http";
import { askHandler, refusal } from "./ask-handler.ts";
import { callOf, hookAnswerOf } from "./hook-messages.ts";
import type { Route } from "./loopback-server.ts";
import { readBody } from "./read-body.ts";
import type { BeforeToolCallVerdict, ToolGateHandler } from "./tool-gate.ts";

/** Claude goes on by itself when work in the background is done; nobody is there then to answer for what it does. */
const BETWEEN_TURNS =
  "no turn of OpenClaw's is running, so tell the person what has happened, and use tools in the next turn";
const BODY_LIMIT = 8 * 1024 * 1024;

export type GateRoute = {
  respond: Route;
  /** Who is asked from now on; null between turns, when every call is refused. */
  handler: ToolGateHandler | null;
};

/** Answers Claude Code's PreToolUse hook. */
export function createGateRoute({ answerWithinMs }: { answerWithinMs: number }): GateRoute {
  async function verdictOf(body: string | null, response: ServerResponse): Promise<BeforeToolCallVerdict> {
    const { handler } = gate;
    if (handler === null) return refusal(BETWEEN_TURNS);
    if (body === null) return refusal("its input is too large to be checked");
    const call = callOf(body);
    if (call === null) return refusal("OpenClaw could not read what Claude Code asked");
    return askHandler(handler, call, { response, limitMs: answerWithinMs });
  }

  const gate: GateRoute = {
    handler: null,
    async respond(request, response) {
      if (request.method !== "POST") {
        response.writeHead(405, { connection: "close" }).end();
        return;
      }
      const verdict = await verdictOf(await readBody(request, BODY_LIMIT), response);
      if (response.destroyed) return;
      // A refusal has this status too: with another one, the model would not be told the reason.
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(hookAnswerOf(verdict)));
    },
  };
  return gate;
}
