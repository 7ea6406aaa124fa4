import type { LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { spokenParts } from "./content-parts.ts";
import { blocksOf, type ContentBlock, type MessagesRequest } from "./messages-request.ts";
import { toolResultOf } from "./tool-result.ts";

/**
 * Claude Code's own note to Anthropic, at the head of the system prompt. It is no instruction, and where it changes, a
 * server that caches by prefix would have to read the whole conversation anew.
 */
const BILLING_NOTE = /^x-anthropic-billing-header:/;

/**
 * The conversation for Chat Completions. Thinking of earlier turns is left out: its signatures mean nothing to another
 * server. Messages of one side that follow each other become one, because many chat templates want them to alternate.
 */
export function chatPrompt({ system, messages }: MessagesRequest): LanguageModelV4Prompt {
  const blocks = messages.flatMap(({ content }) => blocksOf(content));
  const toolNames = new Map(blocks.flatMap(({ id, name }) => (id && name ? [[id, name] as const] : [])));
  const instructions = joined(blocksOf(system).filter(({ text }) => !BILLING_NOTE.test(text ?? "")));
  const prompt: LanguageModelV4Prompt = [];
  if (instructions !== "") prompt.push({ role: "system", content: instructions });
  for (const { role, content } of messages) {
    for (const message of chatMessages(role, blocksOf(content), toolNames)) append(prompt, message);
  }
  return prompt;
}

function chatMessages(
  role: "user" | "assistant" | "system",
  blocks: ContentBlock[],
  toolNames: ReadonlyMap<string, string>,
): LanguageModelV4Message[] {
  switch (role) {
    case "assistant":
      return [assistantMessage(blocks)];
    case "system":
      return [reminder(joined(blocks))];
    case "user":
      return userMessages(blocks, toolNames);
  }
}

function assistantMessage(blocks: ContentBlock[]): LanguageModelV4Message {
  const text = joined(blocks);
  const calls = blocks.flatMap(({ type, id, name, input }) =>
    type === "tool_use" && id !== undefined && name !== undefined
      ? [{ type: "tool-call" as const, toolCallId: id, toolName: name, input: input ?? {} }]
      : [],
  );
  return {
    role: "assistant",
    content: [...(text === "" ? [] : [{ type: "text" as const, text }]), ...calls],
  };
}

/**
 * Many chat templates refuse a system message anywhere but at the beginning, and to move it there would make the cached
 * prefix useless. Claude Code's system prompt tells the model what these tags mean.
 */
function reminder(text: string): LanguageModelV4Message {
  const content =
    text === "" ? [] : [{ type: "text" as const, text: `<system-reminder>\n${text}\n</system-reminder>` }];
  return { role: "user", content };
}

/** Results stand first: they have to follow the calls at once. */
function userMessages(
  blocks: ContentBlock[],
  toolNames: ReadonlyMap<string, string>,
): LanguageModelV4Message[] {
  const results = blocks
    .filter(({ type }) => type === "tool_result")
    .map((block) => toolResultOf(block, toolNames.get(block.tool_use_id ?? "") ?? ""));
  const files = results.flatMap((result) => result.files);
  return [
    { role: "tool", content: results.map(({ part }) => part) },
    { role: "user", content: [...files, ...spokenParts(blocks)] },
  ];
}

function append(prompt: LanguageModelV4Prompt, message: LanguageModelV4Message): void {
  if (message.role === "system" || message.content.length === 0) return;
  const last = prompt.at(-1);
  if (last?.role === "user" && message.role === "user") last.content.push(...message.content);
  else if (last?.role === "assistant" && message.role === "assistant") last.content.push(...message.content);
  else if (last?.role === "tool" && message.role === "tool") last.content.push(...message.content);
  else prompt.push(message);
}

function joined(blocks: ContentBlock[]): string {
  return blocks.flatMap(({ type, text = "" }) => (type === "text" && text !== "" ? [text] : [])).join("\n\n");
}
