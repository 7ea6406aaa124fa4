import { beforeEach, expect, it, vi } from "vitest";
import type { createRuntimeLoader } from "../../src/openclaw/load-runtime.ts";
import { PLUGIN_VERSION } from "../../src/config/identifiers.ts";

const RUNTIME = "../../src/openclaw/contractor-runtime.ts";
const SHARED = Symbol.for(`contractor-agent/runtime-module@${PLUGIN_VERSION}`);

type Loader = Parameters<typeof createRuntimeLoader>;

let evaluated: number;

beforeEach(() => {
  evaluated = 0;
  Reflect.deleteProperty(globalThis, SHARED);
});

/** What the host makes of a plugin's files again and again: another evaluation of all of them. */
async function copyOfPlugin(api: string, evaluate = (): void => undefined) {
  vi.resetModules();
  // The real one brings OpenClaw's whole agent runtime; what is looked at here is how often it is evaluated.
  vi.doMock(RUNTIME, () => {
    evaluated += 1;
    evaluate();
    return { createContractorRuntime: (...[given]: Loader) => ({ of: given }) };
  });
  const copy = await import("../../src/openclaw/load-runtime.ts");
  return copy.createRuntimeLoader(api as unknown as Loader[0], () => undefined);
}

it("evaluates the runtime once for all copies of the plugin, and gives each its own", async () => {
  const first = await copyOfPlugin("first");
  expect(await first()).toEqual({ of: "first" });
  expect(await first()).toBe(await first());
  const second = await copyOfPlugin("second");
  expect(await second()).toEqual({ of: "second" });
  expect(evaluated).toBe(1);
});

it("says that the plugin's files have changed when they are gone, and tries again the next time", async () => {
  const broken = await copyOfPlugin("first", () => {
    throw new Error("no such file");
  });
  await expect(broken()).rejects.toMatchObject({ code: "plugin-changed" });
  const whole = await copyOfPlugin("second");
  expect(await whole()).toEqual({ of: "second" });
});
