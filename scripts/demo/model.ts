import { homedir } from "node:os";
import { startScriptedMessagesApi } from "../../test/fixtures/scripted-messages-api/scripted-messages-api.ts";
import { isMainTurn } from "../../test/fixtures/scripted-messages-api/request-log.ts";
import type { OpenClawWorldOptions } from "../world/openclaw-world.ts";

/** What answers behind Claude Code. */
export type DemoModel = {
  description: string;
  /** The endpoint profile to create; null for the Claude login of the person who runs the demo. */
  endpoint: { name: string; baseUrl: string; apiKeyEnv: string } | null;
  world: OpenClawWorldOptions;
  /** Claude Code's own tools that the last turn used, where this side can see them. */
  toolsOfLastTurn(): string[];
  close(): Promise<void>;
};

/** A model played by a script on loopback: everything else, Claude Code included, is real. */
export async function scriptedModel(): Promise<DemoModel> {
  const api = await startScriptedMessagesApi();
  return {
    description: "OpenClaw, the plugin and Claude Code are real; the model is a script on this machine.",
    endpoint: { name: "scripted", baseUrl: api.url, apiKeyEnv: "SCRIPTED_KEY" },
    world: { environment: { SCRIPTED_KEY: "sk-offline-demo" } },
    toolsOfLastTurn: () =>
      api.requests.findLast(isMainTurn)?.turnToolResults.map((result) => result.toolName) ?? [],
    close: () => api.close(),
  };
}

/** Claude itself: with the person's key when one is set, else with their Claude login. */
export function liveModel(ambient: NodeJS.ProcessEnv): DemoModel {
  const key = ambient["ANTHROPIC_API_KEY"];
  const unseen = { toolsOfLastTurn: () => [], close: () => Promise.resolve() };
  if (key) {
    return {
      description: "Claude answers, paid with your ANTHROPIC_API_KEY: three short messages.",
      endpoint: { name: "anthropic", baseUrl: "https://api.anthropic.com", apiKeyEnv: "ANTHROPIC_API_KEY" },
      world: { environment: { ANTHROPIC_API_KEY: key } },
      ...unseen,
    };
  }
  return {
    description:
      "Claude answers with your Claude login (run `claude` and log in first): three short messages.",
    endpoint: null,
    world: { home: homedir() },
    ...unseen,
  };
}
