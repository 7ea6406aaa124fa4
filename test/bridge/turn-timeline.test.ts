import { describe, expect, it } from "vitest";
import { createTurnTimeline, type TurnStep } from "../../src/bridge/turn-timeline.ts";

function timelineFrom(clock: { now: number }): {
  timeline: ReturnType<typeof createTurnTimeline>;
  steps: TurnStep[];
} {
  const steps: TurnStep[] = [];
  return {
    steps,
    timeline: createTurnTimeline(
      (step) => steps.push(step),
      () => clock.now,
    ),
  };
}

describe("the timeline of a turn", () => {
  it("tells each step with the time since the one before, and keeps the time since the turn came in", () => {
    const clock = { now: 1000 };
    const { timeline, steps } = timelineFrom(clock);
    clock.now = 1010;
    timeline.started();
    timeline.takenAt({ endpoint: "local", model: "opus" });
    clock.now = 1510;
    timeline.sessionReady({ claudeSessionId: "claude-1", source: "resumed" });
    clock.now = 1520.25;
    timeline.promptSent();
    clock.now = 1700;
    timeline.updated();
    clock.now = 1900;
    timeline.updated();
    timeline.answered("end_turn");
    clock.now = 2000;
    expect(timeline.facts()).toEqual({
      ...{ claudeSessionId: "claude-1", session: "resumed", endpoint: "local", model: "opus" },
      stopReason: "end_turn",
      ms: {
        started: 10,
        sessionReady: 510,
        promptSent: 520.3,
        firstUpdate: 700,
        lastUpdate: 900,
        result: 1000,
      },
    });
    expect(steps).toEqual([
      { name: "started", ms: 10 },
      { name: "session-ready", ms: 500, source: "resumed", endpoint: "local" },
      { name: "prompt-sent", ms: 10.3, endpoint: "local", model: "opus" },
      { name: "first-update", ms: 179.8 },
    ]);
  });

  it("forgets of an endpoint that was at its limit what another one has to do again", () => {
    const clock = { now: 0 };
    const { timeline } = timelineFrom(clock);
    timeline.started();
    timeline.takenAt({ endpoint: "local", model: null });
    timeline.sessionReady({ claudeSessionId: "claude-1", source: "new" });
    timeline.promptSent();
    timeline.takenAt({ endpoint: "subscription", model: null });
    expect(timeline.facts()).toMatchObject({
      ...{ claudeSessionId: null, session: null, endpoint: "subscription" },
      ms: { started: 0, sessionReady: null, promptSent: null, firstUpdate: null },
    });
  });
});
