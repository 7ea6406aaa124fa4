import { createContractorWorld } from "../../test/e2e/world/contractor-world.ts";
import { textReply } from "../../test/fixtures/scripted-messages-api/reply.ts";

/** One streamed answer through the Gateway, in ms. */
export type FirstTextSample = { firstText: number; wholeAnswer: number };

const CONTRACTORS = { dev: "claude-agent-acp", zed: "claude-code-acp" };
/** 30 pieces, 100 ms after each: an answer of 3 s. */
const ANSWER = "A piece of an answer. ".repeat(30);
const PACING = { chunkSize: ANSWER.length / 30, chunkDelayMs: 100 };

/** How soon a person sees the beginning of an answer that the model takes 3 s for, over the Gateway's SSE; warm turns. */
export async function measureFirstText(rounds: number): Promise<Record<string, FirstTextSample[]>> {
  const world = await createContractorWorld();
  world.model.respondWith(() => textReply(ANSWER, PACING));
  try {
    const gateway = await world.openclaw.startGateway();
    const samples: Record<string, FirstTextSample[]> = {};
    for (const [agentId, adapter] of Object.entries(CONTRACTORS)) {
      const taken: FirstTextSample[] = (samples[adapter] = []);
      // The first turn starts the process, which is not what is measured.
      for (let round = 0; round <= rounds; round += 1) {
        const answer = await gateway.ask({ agentId, user: "bench", text: `round ${round}` });
        if (answer.firstTextMs === undefined)
          throw new Error(`no answer from ${agentId}: ${String(answer.error)}`);
        if (round > 0) taken.push({ firstText: answer.firstTextMs, wholeAnswer: answer.totalMs });
      }
    }
    return samples;
  } finally {
    await world.dispose();
  }
}
