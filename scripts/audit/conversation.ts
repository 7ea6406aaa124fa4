import { setTimeout as delay } from "node:timers/promises";
import { isMainTurn } from "../../test/fixtures/scripted-messages-api/request-log.ts";
import type { ScriptedMessagesApi } from "../../test/fixtures/scripted-messages-api/scripted-messages-api.ts";
import { startChatTurn } from "../../test/e2e/world/chat-turn.ts";
import { connectGatewaySocket, PERSON_SCOPES } from "../../test/e2e/world/gateway-socket.ts";
import { allowAll } from "../../test/e2e/world/person.ts";
import type { Gateway } from "../world/gateway.ts";

type Talk = { gateway: Gateway; model: ScriptedMessagesApi; agentId: string };

type Step = {
  message: string;
  /** Tools of Claude Code of which one must have run without an error, or the audit has not seen what it is about. */
  tools?: string[];
  /** What the answer must say. */
  says?: RegExp;
};

const RECALL: Step = { message: "what did I ask you to remember?", says: /the blue door/ };

/** What could make Claude Code speak to somebody. Commands that OpenClaw has as well go by `/contractor`. */
function stepsWith(pageUrl: string): Step[] {
  return [
    { message: "remember the blue door", says: /blue door/ },
    { message: "run echo hello", tools: ["Bash"] },
    { message: "write notes.txt two words", tools: ["Write"] },
    { message: "read notes.txt", tools: ["Read"] },
    { message: "edit notes.txt", tools: ["Edit"] },
    { message: `fetch ${pageUrl}`, tools: ["WebFetch"] },
    { message: "search the weather", tools: ["WebSearch"] },
    { message: "delegate say done", tools: ["Agent", "Task"] },
    { message: "look up the key", tools: ["mcp__lookup__lookup"] },
    { message: "/contractor cost" },
    { message: "/contractor context" },
    RECALL,
    { message: "/compact" },
    RECALL,
  ];
}

/** Resolves to what did not go as it should. */
export async function holdConversation(talk: Talk, pageUrl: string): Promise<string[]> {
  return takeSteps(talk, stepsWith(pageUrl));
}

/** After a restart: the session is resumed in a new process. */
export async function carryOn(talk: Talk): Promise<string[]> {
  return takeSteps(talk, [RECALL, { message: "run echo again", tools: ["Bash"] }]);
}

async function takeSteps(talk: Talk, steps: Step[]): Promise<string[]> {
  const { gateway, model, agentId } = talk;
  const person = await connectGatewaySocket({ ...gateway, scopes: PERSON_SCOPES });
  const problems: string[] = [];
  try {
    for (const { message, tools = [], says } of steps) {
      const before = model.requests.length;
      const sessionKey = `agent:${agentId}:audit`;
      const turn = await startChatTurn(person, { sessionKey, message });
      const [{ text, error }] = await Promise.all([
        turn.ended,
        allowAll(person, { sessionKey, until: turn.ended }),
      ]);
      const used = usedTools(model, before);
      const ranOne = tools.length === 0 || tools.some((tool) => used.includes(tool));
      const right = ranOne && error === undefined && (says?.test(text) ?? true);
      console.error(`${agentId}: ${message} -> ${used.join(", ") || "no tool"}; ${firstLine(error ?? text)}`);
      if (!right) problems.push(`${agentId}, "${message}": ${firstLine(error ?? text)}`);
      // Gateway and model rest for a moment, as they do where people type.
      await delay(200);
    }
  } finally {
    await person.close();
  }
  return problems;
}

/** Those that have given a result without an error, in the requests after the first `from`. */
function usedTools(model: ScriptedMessagesApi, from: number): string[] {
  const results = model.requests
    .slice(from)
    .filter(isMainTurn)
    .flatMap(({ turnToolResults }) => turnToolResults.filter(({ isError }) => !isError));
  return [...new Set(results.map(({ toolName }) => toolName))];
}

function firstLine(text: string): string {
  return text.split("\n")[0]?.slice(0, 160) ?? "";
}
