import { describe } from "vitest";
import { describeCancellation } from "./acp-adapter-contract/cancellation-cases.ts";
import type { ContractImplementation } from "./acp-adapter-contract/contract-world.ts";
import { describeConversation } from "./acp-adapter-contract/conversation-cases.ts";
import { describeLifetime } from "./acp-adapter-contract/lifetime-cases.ts";
import { describeSettings } from "./acp-adapter-contract/settings-cases.ts";
import { describeWorkTogether } from "./acp-adapter-contract/together-cases.ts";
import { describeTools } from "./acp-adapter-contract/tool-cases.ts";

/**
 * What every `AcpAdapter` does, whichever agent stands behind it. Opening a session of real Claude Code takes seconds, so
 * cases share one where the conversation so far does not matter to them.
 */
export function describeAcpAdapter(implementation: ContractImplementation): void {
  describe(`${implementation.name}, as every ACP adapter`, () => {
    describeConversation(implementation);
    describeTools(implementation);
    describeSettings(implementation);
    describeWorkTogether(implementation);
    describeCancellation(implementation);
    describeLifetime(implementation);
  });
}
