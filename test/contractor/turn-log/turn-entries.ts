import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { TurnLogEntry } from "../../../src/contractor/turn-log/turn-log-entry.ts";

export function sampleTurn(facts: Partial<TurnLogEntry> = {}): TurnLogEntry {
  return {
    at: "2026-01-01T23:00:00.000Z",
    agentId: "dev",
    sessionKey: "agent:dev:main",
    purpose: "chat",
    claudeSessionId: "claude-1",
    session: "warm",
    endpoint: "subscription",
    model: null,
    outcome: "completed",
    stopReason: "end_turn",
    error: null,
    ms: { started: 0, sessionReady: 1, promptSent: 2, firstUpdate: 400, lastUpdate: 900, result: 1000 },
    toolCalls: 0,
    usage: { inputTokens: 10, outputTokens: 20, cacheReadTokens: 30, cacheWriteTokens: 40 },
    usageEstimated: false,
    costUsd: 0.0125,
    ...facts,
  };
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "turn-log-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
