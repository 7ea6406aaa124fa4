import { describe, expect, it } from "vitest";
import { diagnose } from "../../../src/cli/doctor/doctor.ts";
import { healthChecks } from "../../../src/cli/doctor/health-checks.ts";
import type { HealthCheckTarget } from "../../../src/openclaw/health-checks.ts";
import { createDoctorWorld } from "./doctor-world.ts";

const NOT_USED = {} as HealthCheckTarget;

async function createChecks() {
  const world = await createDoctorWorld();
  const checks = healthChecks((_target, { phase, fix }) => diagnose(world.host(), { phases: [phase], fix }));
  const check = (id: string) => {
    const found = checks.find((one) => one.id === id);
    if (found === undefined) throw new Error(`There is no ${id}.`);
    return found;
  };
  return { world, checks, check };
}

describe("the checks of OpenClaw's doctor", () => {
  it("are the phases, but for what OpenClaw looks at itself", async () => {
    const { checks } = await createChecks();
    expect(checks.map(({ id }) => id)).toEqual([
      "contractor-agent/plugin",
      "contractor-agent/adapter",
      "contractor-agent/claude-code",
      "contractor-agent/credentials",
      "contractor-agent/endpoint",
      "contractor-agent/workspace",
      "contractor-agent/state",
      "contractor-agent/processes",
    ]);
  });

  it("find nothing where nothing is wrong", async () => {
    const { check } = await createChecks();
    expect(await check("contractor-agent/plugin").detect(NOT_USED)).toEqual([]);
  });

  it("tell a failed check as an error with its advice, and mend what is safe", async () => {
    const { world, check } = await createChecks();
    world.config.agents.entries["dev"] = {};
    const { detect, repair } = check("contractor-agent/plugin");
    expect(await detect(NOT_USED)).toEqual([
      {
        checkId: "contractor-agent/plugin",
        severity: "error",
        message: expect.stringContaining("dev has a model of the bridge: It names no model") as string,
        fixHint: expect.stringContaining("doctor --fix") as string,
      },
    ]);
    expect(await repair(NOT_USED)).toEqual({
      changes: [expect.stringContaining("its model is contractor-agent/contractor-claude-bridge now")],
      warnings: [],
    });
    expect(await detect(NOT_USED)).toEqual([]);
  });
});
