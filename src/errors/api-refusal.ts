import type { ContractorError } from "./contractor-error.ts";
import type { ErrorCode } from "./error-codes.ts";

/** Claude Code's own words for a request that the API refused, where an answer would begin. */
const API_REFUSAL =
  /^(API Error|Invalid API key|Failed to authenticate|OAuth token|Please run \/login|Not logged in|Credit balance|Claude (AI )?usage limit|You['’]ve (hit|reached) your)/i;

/** Claude Code shows these words as if Claude had said them. */
export function isApiRefusal(text: string): boolean {
  return API_REFUSAL.test(text.trimStart());
}

export const LIMIT_CODES = ["agent-limit", "agent-overloaded"] as const satisfies ErrorCode[];
export type LimitCode = (typeof LIMIT_CODES)[number];

/** The endpoint takes no requests for a while: somebody else may serve. */
export function isAtLimit(error: ContractorError): error is ContractorError & { code: LimitCode } {
  return LIMIT_CODES.some((code) => code === error.code);
}
