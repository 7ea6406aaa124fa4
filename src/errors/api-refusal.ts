import type { ContractorError } from "./contractor-error.ts";

/** Claude Code's own words for a request that the API refused, where an answer would begin. */
const API_REFUSAL =
  /^(API Error|Invalid API key|Failed to authenticate|OAuth token|Please run \/login|Not logged in|Credit balance|Claude (AI )?usage limit|You['’]ve (hit|reached) your)/i;

/** Claude Code shows these words as if Claude had said them. */
export function isApiRefusal(text: string): boolean {
  return API_REFUSAL.test(text.trimStart());
}

/** The endpoint takes no requests for a while: somebody else may serve. */
export function isAtLimit({ code }: ContractorError): boolean {
  return code === "agent-limit" || code === "agent-overloaded";
}
