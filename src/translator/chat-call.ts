import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4ToolChoice,
} from "@ai-sdk/provider";
import { PROVIDER } from "./chat-model.ts";
import { chatPrompt } from "./chat-prompt.ts";
import type { MessagesRequest } from "./messages-request.ts";

/** A Messages API request as the library takes it; the model's name goes another way. */
export function chatCall(request: MessagesRequest): LanguageModelV4CallOptions {
  const tools = (request.tools ?? []).flatMap(functionTool);
  const oneCallAtATime = tools.length > 0 && request.tool_choice?.disable_parallel_tool_use === true;
  return {
    prompt: chatPrompt(request),
    maxOutputTokens: request.max_tokens,
    temperature: request.temperature ?? undefined,
    topP: request.top_p ?? undefined,
    stopSequences: request.stop_sequences?.length ? request.stop_sequences : undefined,
    tools,
    toolChoice: toolChoiceOf(request, tools),
    responseFormat: responseFormatOf(request),
    providerOptions: {
      [PROVIDER]: {
        // Claude Code's schemas are not written for OpenAI's strict mode.
        strictJsonSchema: false,
        ...(oneCallAtATime ? { parallel_tool_calls: false } : {}),
      },
    },
  };
}

function functionTool({
  name,
  description,
  input_schema: schema,
}: NonNullable<MessagesRequest["tools"]>[number]): LanguageModelV4FunctionTool[] {
  if (schema === undefined) return [];
  return [{ type: "function", name, description, inputSchema: schema }];
}

function toolChoiceOf(
  { tool_choice: choice }: MessagesRequest,
  tools: LanguageModelV4FunctionTool[],
): LanguageModelV4ToolChoice | undefined {
  switch (choice?.type) {
    case "auto":
    case "none":
      return { type: choice.type };
    case "any":
      return { type: "required" };
    case "tool": {
      const { name } = choice;
      return name !== undefined && tools.some((tool) => tool.name === name)
        ? { type: "tool", toolName: name }
        : undefined;
    }
    default:
      return undefined;
  }
}

function responseFormatOf({
  output_config: output,
}: MessagesRequest): LanguageModelV4CallOptions["responseFormat"] {
  const format = output?.format;
  return format?.type === "json_schema" ? { type: "json", schema: format.schema } : undefined;
}
