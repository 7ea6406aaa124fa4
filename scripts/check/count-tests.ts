import { z } from "zod";

/** The part of vitest's JSON report that is counted. */
const testReportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

type TestFile = z.infer<typeof testReportSchema>["testResults"][number];

/** `remarks` name the failures that vitest's own output does not show as such. */
export type Count = { passed: number; failed: number; remarks: string[] };

/**
 * Counts the tests of one vitest run. Only a test that ran and passed has passed: a skipped one, a todo, a file that
 * does not load, a run without a test and a run that ends badly without a failed test are failures.
 */
export function countTests({ report, exitCode }: { report: unknown; exitCode: number }): Count {
  const parsed = testReportSchema.safeParse(report);
  if (!parsed.success) return { passed: 0, failed: 1, remarks: ["vitest left no report that can be read"] };

  const counts = parsed.data.testResults.map(countFile);
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  const remarks = counts.flatMap((count) => count.remarks);

  if (failed > 0) return { passed, failed, remarks };
  if (passed === 0) return { passed, failed: 1, remarks: ["no test ran"] };
  if (exitCode === 0) return { passed, failed, remarks };
  return { passed, failed: 1, remarks: [`vitest ended with ${exitCode} although no test failed`] };
}

function countFile({ name, status, assertionResults: tests }: TestFile): Count {
  const passed = tests.filter((test) => test.status === "passed").length;
  const notRun = tests.filter((test) => test.status !== "passed" && test.status !== "failed");
  const remarks = notRun.map(
    (test) => `${test.status}, which is not allowed here: ${test.fullName} (${name})`,
  );

  // The file did not load, or one of its hooks failed.
  const brokenOutsideTests = status === "failed" && !tests.some((test) => test.status === "failed");
  if (brokenOutsideTests) remarks.push(`failed outside of its tests: ${name}`);
  return { passed, failed: tests.length - passed + (brokenOutsideTests ? 1 : 0), remarks };
}
