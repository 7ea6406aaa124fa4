import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { ContractImplementation } from "./contract-world.ts";
import { allow, ask, startTurn } from "./recorded-turn.ts";
import { useWorld } from "./world-of-cases.ts";

export function describeTools(implementation: ContractImplementation): void {
  describe("a tool", () => {
    const { world, session } = useWorld(implementation);
    const exists = (file: string): boolean => existsSync(path.join(world().workspace, file));

    it("is told of when it is called, and again until it has completed", async () => {
      const { prompt, toolCall } = world().toolExample;
      const turn = startTurn(session(), prompt, { decide: allow });
      expect(await turn.outcome).toMatchObject({ stopReason: "end_turn" });
      const told = turn.updates.filter(
        ({ sessionUpdate }) => sessionUpdate === "tool_call" || sessionUpdate === "tool_call_update",
      );
      const toolCallId = turn.permissionRequests[0]?.toolCallId;
      expect(told[0]).toMatchObject({ sessionUpdate: "tool_call", toolCallId });
      // An agent may announce a call before it knows the input, and say the rest with the first update.
      expect(Object.assign({}, ...told)).toMatchObject({ ...toolCall, status: "completed", toolCallId });
    });

    it("acts when the caller allows it", async () => {
      const turn = startTurn(session(), "run touch allowed.txt", { decide: allow });
      expect(await turn.outcome).toMatchObject({ stopReason: "end_turn" });
      expect(turn.permissionRequests).toMatchObject([
        { kind: "execute", rawInput: { command: "touch allowed.txt" } },
      ]);
      const kinds = turn.permissionRequests[0]?.options.map(({ kind }) => kind);
      expect(kinds).toContain("allow_once");
      expect(kinds).toContain("reject_once");
      if (world().model !== null) expect(exists("allowed.txt")).toBe(true);
    });

    it("leaves no trace when the caller refuses, and the turn still ends", async () => {
      const turn = startTurn(session(), "run touch refused.txt", { decide: () => "deny" });
      expect(["end_turn", "cancelled"]).toContain((await turn.outcome).stopReason);
      expect(turn.permissionRequests).toHaveLength(1);
      expect(JSON.stringify(turn.updates)).toContain('"status":"failed"');
      expect(exists("refused.txt")).toBe(false);
      expect(await ask(session(), "say all is well")).toBe("all is well");
    });
  });
}
