import { describe, expect, it } from "vitest";
import type { SessionSettings } from "../../../src/acp/acp-adapter.ts";
import { isMainTurn } from "../../fixtures/scripted-messages-api/request-log.ts";
import { openingIn, type ContractImplementation, type ContractWorld } from "./contract-world.ts";
import { allow, ask, startTurn } from "./recorded-turn.ts";
import { useWorld } from "./world-of-cases.ts";

const PLAIN: SessionSettings = { mode: "default", model: null, effort: null, fast: null };

export function describeSettings(implementation: ContractImplementation): void {
  describe("the settings of a session", () => {
    const { world, session } = useWorld(implementation);

    it("may be those that it has, which changes nothing", async () => {
      expect(await session().configure(PLAIN)).toEqual({ unsupported: [] });
      expect(await ask(session(), "say as before")).toBe("as before");
    });

    it("hold a mode in which edits need no permission, and the asking mode again", async () => {
      if (world().model === null) return;
      await session().configure({ ...PLAIN, mode: "acceptEdits" });
      const bold = startTurn(session(), "write bold.txt one", { decide: allow });
      expect(await bold.outcome).toMatchObject({ stopReason: "end_turn" });
      expect(bold.permissionRequests).toEqual([]);
      await session().configure(PLAIN);
      const careful = startTurn(session(), "write careful.txt two", { decide: allow });
      expect(await careful.outcome).toMatchObject({ stopReason: "end_turn" });
      expect(careful.permissionRequests).toMatchObject([
        { toolName: "Write", kind: "edit", diffs: [{ newText: "two" }] },
      ]);
    });

    it("hold no mode that the agent does not offer", async () => {
      const configuring = session().configure({ ...PLAIN, mode: "bypassPermissions" });
      if (world().offersBypass) await configuring;
      else await expect(configuring).rejects.toMatchObject({ code: "permission-mode-unsupported" });
      await session().configure(PLAIN);
    });

    it("hold another model until it is taken back", async () => {
      const other = await world().adapter.createSession(openingIn(world()));
      const before = await modelSeen(world(), () => ask(other, "say one"));
      expect(await other.configure({ ...PLAIN, model: "haiku" })).toEqual({ unsupported: [] });
      const changed = await modelSeen(world(), () => ask(other, "say two"));
      await other.configure(PLAIN);
      expect(await modelSeen(world(), () => ask(other, "say three"))).toBe(before);
      if (world().model !== null) expect(changed).toMatch(/haiku/);
      await other.close();
    });

    it("name what the agent can not be set to", async () => {
      const wanted = { ...PLAIN, model: "no-such-model", effort: "high", fast: null } as const;
      const { unsupported } = await session().configure(wanted);
      expect(unsupported).toContain("model");
      expect(await ask(session(), "say still here")).toBe("still here");
      await session().configure(PLAIN);
    });
  });
}

/** The model that a turn's request names; empty for an agent without a model behind it. */
async function modelSeen({ model }: ContractWorld, turn: () => Promise<string>): Promise<string> {
  await turn();
  return (
    model?.requests
      .filter(isMainTurn)
      .map(({ body }) => modelOf(body))
      .at(-1) ?? ""
  );
}

function modelOf(body: unknown): string {
  return typeof body === "object" && body !== null && "model" in body ? String(body.model) : "";
}
