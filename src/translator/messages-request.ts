import { z } from "zod";

const source = z.looseObject({
  type: z.string(),
  media_type: z.string().optional(),
  data: z.string().optional(),
  url: z.string().optional(),
});

const contentBlock = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  source: source.optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
  tool_use_id: z.string().optional(),
  tool_name: z.string().optional(),
  is_error: z.boolean().nullish(),
  get content() {
    return z.union([z.string(), z.array(contentBlock)]).nullish();
  },
});

const content = z.union([z.string(), z.array(contentBlock)]);

const tool = z.looseObject({
  name: z.string(),
  description: z.string().optional(),
  // Tools that Anthropic's servers carry out themselves have none.
  input_schema: z.record(z.string(), z.unknown()).optional(),
});

const toolChoice = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  disable_parallel_tool_use: z.boolean().optional(),
});

/** What Chat Completions can carry of a `POST /v1/messages`; everything else is accepted and left out. */
const messagesRequest = z.looseObject({
  model: z.string(),
  max_tokens: z.number().optional(),
  stream: z.boolean().optional(),
  system: content.nullish(),
  // Claude Code puts what it adds in the course of a conversation into `system` messages between the others.
  messages: z.array(z.looseObject({ role: z.enum(["user", "assistant", "system"]), content })),
  tools: z.array(tool).nullish(),
  tool_choice: toolChoice.nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  stop_sequences: z.array(z.string()).nullish(),
  output_config: z
    .looseObject({
      format: z
        .looseObject({ type: z.string(), schema: z.record(z.string(), z.unknown()).optional() })
        .nullish(),
    })
    .nullish(),
});

export type MessagesRequest = z.infer<typeof messagesRequest>;
export type ContentBlock = z.infer<typeof contentBlock>;

/** `problem` names the field that is wrong, and never what is in it. */
export type ReadRequest =
  { request: MessagesRequest; problem?: never } | { request?: never; problem: string };

export function readMessagesRequest(body: string): ReadRequest {
  const { success, data, error } = messagesRequest.safeParse(parsed(body));
  if (success) return { request: data };
  const field = error.issues[0]?.path.join(".") ?? "";
  return {
    problem: field === "" ? "The body is no Messages API request." : `${field}: is missing or wrong.`,
  };
}

/** The API takes a plain string wherever it takes a list of blocks. */
export function blocksOf(value: string | ContentBlock[] | null | undefined): ContentBlock[] {
  if (typeof value === "string") return [{ type: "text", text: value }];
  return value ?? [];
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
