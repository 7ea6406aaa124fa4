import { pidsWorkingIn } from "../../../test/e2e/world/processes.ts";
import type { Gateway } from "../../world/gateway.ts";
import type { HostedBackend } from "./backend.ts";
import type { ModelClock } from "./model-clock.ts";

/** An agent of the Gateway that runs at the time, asked over its OpenAI-compatible endpoint. */
export function hostedBackend(
  agent: Pick<HostedBackend, "column" | "agentId" | "workspace">,
  { gateway, clock }: { gateway: () => Gateway; clock: ModelClock },
): HostedBackend {
  const { column, agentId, workspace } = agent;
  return {
    column,
    agentId,
    workspace,
    isOurs: column !== "claude-cli",
    ask: (conversation) =>
      clock.time(async (text) => {
        const question = { agentId, user: conversation, text };
        const {
          status,
          text: said,
          error,
        } = await gateway()
          .ask(question)
          .catch((cause: unknown) => {
            throw new Error(`${agentId} has not answered in ${conversation}`, { cause });
          });
        if (status === 200 && error === undefined) return said;
        throw new Error(`${agentId}: ${status} ${JSON.stringify(error)}`);
      }),
    pids: () => pidsWorkingIn(workspace),
  };
}
