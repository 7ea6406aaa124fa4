import { describe, expect, it } from "vitest";
import { QUIET_SETTINGS } from "../../src/contractor/quiet-environment.ts";
import { createBridgeWorld } from "./bridge-world.ts";

describe("a session", () => {
  it("is opened with the quiet settings, and with those of files", async () => {
    const world = await createBridgeWorld();
    const options: unknown = JSON.parse(await world.says("show options"));
    expect(options).toMatchObject({ settings: QUIET_SETTINGS });
    expect(options).not.toHaveProperty("settingSources");
  });
});
