import path from "node:path";
import { readInstruction } from "../../test/fixtures/scripted-messages-api/prompt-language.ts";
import { rememberingResponder } from "../../test/fixtures/scripted-messages-api/remembering-responder.ts";
import {
  textReply,
  toolReply,
  type MessageReply,
  type Responder,
} from "../../test/fixtures/scripted-messages-api/reply.ts";
import type { MessagesRequest } from "../../test/fixtures/scripted-messages-api/request-log.ts";

type Use = { names: string[]; input: (request: MessagesRequest, rest: string) => Record<string, unknown> };

/** What a verb of the audit's prompts has the model use; `names`: the tool's, by version of Claude Code. */
const USES: Record<string, Use> = {
  fetch: { names: ["WebFetch"], input: (_request, url) => ({ url, prompt: "What is the weather?" }) },
  search: { names: ["WebSearch"], input: (_request, query) => ({ query }) },
  delegate: {
    names: ["Agent", "Task"],
    input: (_request, prompt) => ({ description: "A part of it", prompt, subagent_type: "general-purpose" }),
  },
  edit: {
    names: ["Edit"],
    input: ({ workingDirectory }, file) => ({
      file_path: path.resolve(workingDirectory ?? "/", file),
      old_string: "two words",
      new_string: "three short words",
    }),
  },
  "look up": { names: ["mcp__lookup__lookup"], input: () => ({}) },
};

/** The remembering model, which also uses the tools that the audit is about. */
export function toolScript(): Responder {
  const remembering = rememberingResponder();
  return (request) => {
    const instruction = readInstruction(request.userTexts.at(-1) ?? "", Object.keys(USES));
    const use = instruction === null ? undefined : USES[instruction.verb];
    return use === undefined
      ? remembering(request)
      : useTool(request, { use, rest: instruction?.rest ?? "" });
  };
}

/** Claude Code may keep a tool back until it is searched for by name, as a model has to. */
function useTool(request: MessagesRequest, { use, rest }: { use: Use; rest: string }): MessageReply {
  const result = request.turnToolResults.at(-1);
  if (result !== undefined && use.names.includes(result.toolName)) {
    return textReply(result.isError ? `It failed: ${result.text}` : `It said: ${result.text.slice(0, 200)}`);
  }
  const there = new Set((request.body.tools ?? []).map(({ name }) => name));
  const [wanted = ""] = use.names;
  const name = use.names.find((candidate) => there.has(candidate));
  if (name !== undefined) return toolReply(name, use.input(request, rest));
  if (result?.toolName === "ToolSearch") return toolReply(wanted, use.input(request, rest));
  return there.has("ToolSearch")
    ? toolReply("ToolSearch", { query: `select:${wanted}`, max_results: 3 })
    : textReply(`There is no tool ${wanted}.`);
}
