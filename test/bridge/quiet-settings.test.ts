import { describe, expect, it } from "vitest";
import { quietSettingsOf } from "../../src/contractor/quiet-environment.ts";
import { createBridgeWorld } from "./bridge-world.ts";

const QUIET = quietSettingsOf({ endpoint: undefined });
const CHATTY = { baseUrl: "http://127.0.0.1:1", noTelemetry: false };

describe("a session", () => {
  it("is opened with the quiet settings, and with those of files", async () => {
    const world = await createBridgeWorld();
    const options: unknown = JSON.parse(await world.says("show options"));
    expect(options).toMatchObject({ settings: { ...QUIET, skipWebFetchPreflight: true } });
    expect(options).not.toHaveProperty("settingSources");
  });

  it("is opened without them where its endpoint's profile says so", async () => {
    const world = await createBridgeWorld({ endpoint: "chatty" }, { chatty: CHATTY });
    const options = JSON.parse(await world.says("show options")) as { settings: object };
    expect(options.settings).not.toHaveProperty("skipWebFetchPreflight");
  });
});
