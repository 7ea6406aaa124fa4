import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { OfferedResult, OfferedTool, OfferedTools } from "../../src/loopback/offered-tools.ts";
import { createToolGate } from "../../src/loopback/tool-gate.ts";

/** Milliseconds of single calls of one tool, in the order in which they were made. */
export type ToolCallSamples = { direct: number[]; overMcp: number[] };

const WARM_UP = 20;
const CALLS_A_ROUND = 100;
/** About what `sessions_list` says of ten conversations. */
const RESULT: OfferedResult = {
  content: [{ type: "text", text: JSON.stringify({ sessions: Array.from({ length: 10 }, sampleSession) }) }],
  structured: undefined,
  isError: false,
};

const LIST: OfferedTool[] = [
  { name: "sessions_list", description: "", inputSchema: { type: "object" }, readOnly: true, atHand: true },
];

const TOOLS: OfferedTools = {
  list: LIST,
  built: () => LIST,
  call: () => Promise.resolve(RESULT),
};

/** One call of the same tool, directly and through the MCP server that Claude Code has it from, in turn. */
export async function measureToolCalls(rounds: number): Promise<ToolCallSamples> {
  const gate = createToolGate();
  const gated = await gate.open("http");
  const client = new Client({ name: "bench", version: "1.0.0" });
  try {
    await gated.tools.offer(TOOLS);
    const { CONTRACTOR_AGENT_GATE_TOKEN: secret = "" } = gated.environment;
    const headers = { authorization: `Bearer ${secret}` };
    const url = new URL(gated.mcpServer.url);
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
    const overMcp = (): Promise<unknown> =>
      client.callTool({ name: "sessions_list", arguments: { limit: 10 } });
    const signal = new AbortController().signal;
    const direct = (): Promise<unknown> =>
      TOOLS.call("sessions_list", {
        toolCallId: undefined,
        input: { limit: 10 },
        signal,
        onProgress: () => undefined,
      });
    for (let count = 0; count < WARM_UP; count += 1) await overMcp();
    const samples: ToolCallSamples = { direct: [], overMcp: [] };
    for (let count = 0; count < rounds * CALLS_A_ROUND; count += 1) {
      samples.direct.push(await timed(direct));
      samples.overMcp.push(await timed(overMcp));
    }
    return samples;
  } finally {
    await client.close();
    await gated.close();
    await gate.close();
  }
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await call();
  return performance.now() - startedAt;
}

function sampleSession(_: unknown, number: number): object {
  return {
    key: `agent:dev:openai-user:person-${number}`,
    sessionId: "719f9c84-eb90-4b96-9ecc-5c2f4f550861",
    channel: "unknown",
    updatedAt: 1_795_625_762_285,
    model: "contractor-claude-bridge",
    totalTokens: 6_426,
    status: "done",
  };
}
