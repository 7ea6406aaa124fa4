import { createChatTranslator } from "../../../src/translator/chat-translator.ts";
import {
  CHAT_API_KEY,
  startScriptedChatCompletionsApi,
} from "../../fixtures/scripted-chat-completions-api/scripted-chat-completions-api.ts";
import {
  startScriptedMessagesApi,
  type ScriptedMessagesApi,
} from "../../fixtures/scripted-messages-api/scripted-messages-api.ts";

/** What the model's server speaks. */
export type EndpointFormat = "anthropic" | "openai";

type ScriptedEndpoint = {
  model: ScriptedMessagesApi;
  /** For the environment of Claude Code. */
  variables: Record<string, string>;
  close: () => Promise<void>;
};

export function startEndpoint(format: EndpointFormat): Promise<ScriptedEndpoint> {
  return format === "anthropic" ? startMessagesEndpoint() : startChatEndpoint();
}

async function startMessagesEndpoint(): Promise<ScriptedEndpoint> {
  const model = await startScriptedMessagesApi();
  const variables = { ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: "sk-test" };
  return { model, variables, close: () => model.close() };
}

/** Chat Completions, with the translator between it and Claude Code. */
async function startChatEndpoint(): Promise<ScriptedEndpoint> {
  const model = await startScriptedChatCompletionsApi();
  const translator = createChatTranslator();
  const { baseUrl, token } = await translator.serve({ baseUrl: model.url, apiKey: CHAT_API_KEY });
  return {
    model,
    variables: { ANTHROPIC_BASE_URL: baseUrl, ANTHROPIC_AUTH_TOKEN: token },
    async close() {
      await translator.close();
      await model.close();
    },
  };
}
