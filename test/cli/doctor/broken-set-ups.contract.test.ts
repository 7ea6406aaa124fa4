import { describe, expect, it } from "vitest";
import type { DoctorCheck } from "../../../src/cli/doctor/doctor-check.ts";
import type { DoctorReport } from "../../../src/cli/doctor/doctor.ts";
import { BROKEN_SET_UPS, type BrokenSetUp } from "./broken-set-ups.ts";
import { createDoctorWorld } from "./doctor-world.ts";

function checksOf({ checks }: DoctorReport, { phase, title }: BrokenSetUp): DoctorCheck[] {
  return checks.filter((check) => check.phase === phase && check.title.startsWith(title));
}

describe("the doctor", () => {
  it("finds nothing wrong with a set-up that is whole", async () => {
    const { ok, checks } = await (await createDoctorWorld()).diagnose();
    expect(checks.filter(({ status }) => status !== "pass")).toEqual([]);
    expect(ok).toBe(true);
  });

  it.each(BROKEN_SET_UPS)("names $name, and its advice mends it", async (setUp) => {
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

    if (found !== undefined && setUp.follow !== undefined) await setUp.follow(world, found);
    else {
      const { fixes } = await world.diagnose({ phases: [setUp.phase], fix: true });
      expect(fixes).toContainEqual({
        ...{ phase: setUp.phase, title: found?.title },
        done: expect.any(String) as string,
      });
    }
    const mended = checksOf(await world.diagnose({ phases: [setUp.phase] }), setUp);
    expect(mended.map((check) => check.status)).toEqual(["pass"]);
  });
});
