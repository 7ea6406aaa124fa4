import { expect, it } from "vitest";
import type { OfferedTool } from "../../src/bridge/turn.ts";
import { createBridgeWorld } from "./bridge-world.ts";

const LIST: OfferedTool[] = [
  { name: "message", description: "", inputSchema: { type: "object" }, readOnly: false, atHand: true },
];

it("OpenClaw's tools are built once in a turn, when everything that it needs before the prompt is there", async () => {
  const world = await createBridgeWorld();
  world.gated = true;
  const asked: string[] = [];
  const openclawTools = {
    get list() {
      asked.push("list");
      return LIST;
    },
    built() {
      asked.push("built");
      return LIST;
    },
    call: () => Promise.reject(new Error("not called here")),
  };
  await world.says("say hello", { openclawTools });
  await world.says("say hello again", { openclawTools });
  const turn = asked.splice(0, asked.length / 2);
  expect(turn.filter((what) => what === "built")).toHaveLength(1);
  expect(turn.at(-1)).toBe("built");
  expect(asked).toEqual(turn);
});
