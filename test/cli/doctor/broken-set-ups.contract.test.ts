import { describe, expect, it } from "vitest";
import type { DoctorCheck } from "../../../src/cli/doctor/doctor-check.ts";
import type { DoctorReport } from "../../../src/cli/doctor/doctor.ts";
import type { BrokenSetUp } from "./broken-set-ups/broken-set-up.ts";
import { CREDENTIALS } from "./broken-set-ups/credentials.ts";
import { ENDPOINTS } from "./broken-set-ups/endpoints.ts";
import { HOST } from "./broken-set-ups/host.ts";
import { LOCKS } from "./broken-set-ups/locks.ts";
import { PLUGIN } from "./broken-set-ups/plugin.ts";
import { PROCESSES } from "./broken-set-ups/processes.ts";
import { PROGRAMS } from "./broken-set-ups/programs.ts";
import { STATE } from "./broken-set-ups/state.ts";
import { WORKSPACE } from "./broken-set-ups/workspace.ts";
import { createDoctorWorld, type DoctorWorld } from "./doctor-world.ts";

const SET_UPS = [
  ...[...HOST, ...PLUGIN, ...PROGRAMS, ...CREDENTIALS, ...ENDPOINTS],
  ...[...WORKSPACE, ...STATE, ...LOCKS, ...PROCESSES],
];

function checksOf({ checks }: DoctorReport, { phase, title }: BrokenSetUp): DoctorCheck[] {
  return checks.filter((check) => check.phase === phase && check.title.startsWith(title));
}

/** Does what the check advises; what the doctor says then. */
async function followed(
  world: DoctorWorld,
  { setUp, found }: { setUp: BrokenSetUp; found: DoctorCheck | undefined },
): Promise<DoctorReport> {
  const { phase, follow } = setUp;
  if (found !== undefined && follow !== undefined) {
    await follow(world, found);
    return world.diagnose({ phases: [phase] });
  }
  const report = await world.diagnose({ phases: [phase], fix: true });
  expect(report.fixes).toContainEqual({ phase, title: found?.title, done: expect.any(String) as string });
  return report;
}

describe("the doctor", () => {
  it("finds nothing wrong with a set-up that is whole", async () => {
    const { ok, checks } = await (await createDoctorWorld()).diagnose();
    expect(checks.filter(({ status }) => status !== "pass")).toEqual([]);
    expect(ok).toBe(true);
  });

  it.each(SET_UPS)("names $name, and its advice mends it", async (setUp) => {
    const world = await createDoctorWorld();
    await setUp.breakIt(world);

    const report = await world.diagnose({ phases: [setUp.phase] });
    const [found] = checksOf(report, setUp);
    const { status = "fail", cause, mend } = setUp;
    expect(found).toMatchObject({
      status,
      cause: expect.stringMatching(cause) as string,
      mend: expect.stringMatching(mend) as string,
    });
    expect(report.ok).toBe(status !== "fail");

    const mended = checksOf(await followed(world, { setUp, found }), setUp);
    expect(mended.map((check) => check.status)).toEqual(["pass"]);
  });
});
