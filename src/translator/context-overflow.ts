import type { EndpointReport } from "./endpoint-report.ts";

/** OpenAI's, and what llama-server has called it since September 2025. */
const NAMES = ["context_length_exceeded", "exceed_context_size_error"];
const WORDS =
  /maximum context length|exceeds? the (?:available )?context (?:size|window|length)|prompt is too long|context (?:length|window|size) (?:is )?exceeded/i;

/** vLLM and OpenAI: "maximum context length is 8192 tokens … (7691 in the messages, 512 in the completion)". */
const SUM =
  /maximum context length is (\d+) tokens.*?\((\d+) in (?:the messages|your prompt)[,;] (\d+) (?:in|for) the completion/i;
/** OpenAI: "maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens". */
const RESULTED = /maximum context length is (\d+) tokens.*?resulted in (\d+) tokens/i;

/**
 * A conversation that does not fit, in the words that Claude Code knows from Anthropic's API: at "prompt is too long" it
 * compacts, and where only the room for the answer is too large, it asks for less. Undefined for any other error.
 */
export function overflowWords(report: EndpointReport): string | undefined {
  const { message = "", names } = report;
  if (!names.some((name) => NAMES.includes(name)) && !WORDS.test(message)) return undefined;
  const [, context, prompt, answer] = SUM.exec(message) ?? [];
  if (context !== undefined && prompt !== undefined && answer !== undefined) {
    return Number(prompt) < Number(context)
      ? `input length and \`max_tokens\` exceed context limit: ${prompt} + ${answer} > ${context}`
      : tooLong(prompt, context);
  }
  const [, limit, needed] = RESULTED.exec(message) ?? [];
  if (limit !== undefined && needed !== undefined) return tooLong(needed, limit);
  const { promptTokens, contextTokens } = report;
  if (promptTokens !== undefined && contextTokens !== undefined) return tooLong(promptTokens, contextTokens);
  return /prompt is too long/i.test(message) ? message : `prompt is too long: ${message}`;
}

function tooLong(prompt: string | number, context: string | number): string {
  return `prompt is too long: ${prompt} tokens > ${context} maximum`;
}
