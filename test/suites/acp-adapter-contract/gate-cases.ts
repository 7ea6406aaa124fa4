import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { ContractImplementation } from "./contract-world.ts";
import { allow, startTurn } from "./recorded-turn.ts";
import { useWorld } from "./world-of-cases.ts";

/** What holds where Claude Code's own tools ask the gate before they begin. */
export function describeToolGate(implementation: ContractImplementation): void {
  describe(`${implementation.name}, with the tool gate`, () => {
    const { world, session } = useWorld(implementation);
    const inWorkspace = (file: string): string => path.join(world().workspace, file);

    it("asks about every tool, also about one that needs no permission", async () => {
      await writeFile(inWorkspace("seen.md"), "# Seen\n");
      const turn = startTurn(session(), "read seen.md");
      expect(await turn.outcome).toMatchObject({ stopReason: "end_turn" });
      expect(turn.said()).toBe("seen.md says: Seen");
      expect(turn.permissionRequests).toEqual([]);
      expect(turn.toolCalls).toMatchObject([
        { toolName: "Read", input: { file_path: inWorkspace("seen.md") } },
      ]);
    });

    it("lets nothing begin that is refused, and tells the model why", async () => {
      const turn = startTurn(session(), "run touch gated.txt", {
        decide: allow,
        judge: () => ({ allow: false, reason: "The house rules forbid it." }),
      });
      expect(await turn.outcome).toMatchObject({ stopReason: "end_turn" });
      expect(turn.said()).toContain("The house rules forbid it.");
      expect(turn.permissionRequests).toEqual([]);
      expect(existsSync(inWorkspace("gated.txt"))).toBe(false);
    });

    it("lets a tool begin with another input", async () => {
      const turn = startTurn(session(), "run touch first.txt", {
        decide: allow,
        judge: () => ({ allow: true, input: { command: "touch second.txt", description: "Touch" } }),
      });
      expect(await turn.outcome).toMatchObject({ stopReason: "end_turn" });
      expect([existsSync(inWorkspace("first.txt")), existsSync(inWorkspace("second.txt"))]).toEqual([
        false,
        true,
      ]);
    });
  });
}
