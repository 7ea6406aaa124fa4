import { describe, expect, it } from "vitest";
import { countTests } from "../../scripts/check/count-tests.ts";
import { selectGates } from "../../scripts/check/gates.ts";
import { describeResult, describeTotal } from "../../scripts/check/report.ts";

function testFile({ status, tests }: { status: string; tests: string[] }) {
  const assertionResults = tests.map((test, index) => ({ fullName: `test ${index}`, status: test }));
  return { name: "some.test.ts", status, assertionResults };
}

function count(files: { status: string; tests: string[] }[], exitCode = 0) {
  return countTests({ report: { testResults: files.map(testFile) }, exitCode });
}

describe("countTests", () => {
  it("counts every test of every file", () => {
    const files = [
      { status: "passed", tests: ["passed", "passed"] },
      { status: "failed", tests: ["failed", "passed"] },
    ];
    expect(count(files, 1)).toEqual({ passed: 3, failed: 1, remarks: [] });
  });

  it("has nothing to remark when all passed", () => {
    expect(count([{ status: "passed", tests: ["passed"] }])).toEqual({ passed: 1, failed: 0, remarks: [] });
  });

  it.each(["skipped", "pending", "todo", "disabled"])("counts a test that is %s as failed", (status) => {
    const { passed, failed, remarks } = count([{ status: "passed", tests: ["passed", status] }]);
    expect({ passed, failed }).toEqual({ passed: 1, failed: 1 });
    expect(remarks).toEqual([`${status}, which is not allowed here: test 1 (some.test.ts)`]);
  });

  it("counts a file that does not load as failed", () => {
    const files = [
      { status: "passed", tests: ["passed"] },
      { status: "failed", tests: [] },
    ];
    const remarks = ["failed outside of its tests: some.test.ts"];
    expect(count(files, 1)).toEqual({ passed: 1, failed: 1, remarks });
  });

  it("counts a hook that fails after the tests passed", () => {
    const { passed, failed } = count([{ status: "failed", tests: ["passed", "passed"] }], 1);
    expect({ passed, failed }).toEqual({ passed: 2, failed: 1 });
  });

  it("fails a run without a single test", () => {
    expect(count([])).toEqual({ passed: 0, failed: 1, remarks: ["no test ran"] });
  });

  it("fails a run that ends badly although its tests passed", () => {
    const { passed, failed, remarks } = count([{ status: "passed", tests: ["passed"] }], 1);
    expect({ passed, failed }).toEqual({ passed: 1, failed: 1 });
    expect(remarks).toEqual(["vitest ended with 1 although no test failed"]);
  });

  it.each([null, {}, { testResults: "none" }])("fails a run whose report is %j", (report) => {
    const remarks = ["vitest left no report that can be read"];
    expect(countTests({ report, exitCode: 0 })).toEqual({ passed: 0, failed: 1, remarks });
  });
});

describe("the report", () => {
  const [gate] = selectGates("lint");
  if (!gate) throw new Error("there is no lint gate");

  it("gives a gate that passed one line", () => {
    const result = { gate, seconds: 2.34, passed: 1, failed: 0, output: "noise", remarks: [] };
    expect(describeResult(result)).toBe("lint       ok        2.3 s");
  });

  it("shows everything that a failed gate said", () => {
    const result = { gate, seconds: 2.34, passed: 0, failed: 1, output: "a\nb\n", remarks: ["ended with 1"] };
    expect(describeResult(result)).toBe("lint       FAILED    2.3 s\na\nb\nlint: ended with 1\n");
  });

  it("adds everything up in its last line", () => {
    const counts = [
      { passed: 1, failed: 0 },
      { passed: 40, failed: 2 },
      { passed: 0, failed: 1 },
    ];
    expect(describeTotal(counts)).toBe("41 passed, 3 failed");
  });
});

describe("selectGates", () => {
  const names = (list?: string) => selectGates(list).map(({ name }) => name);

  it("runs everything when nothing is asked for", () => {
    expect(names()).toEqual([
      ...["format", "manifest", "typecheck", "typecheck-page", "lint", "unused", "build"],
      ...["unit", "contract", "e2e"],
    ]);
  });

  it("keeps the table's order", () => {
    expect(names("unit,lint")).toEqual(["lint", "unit"]);
  });

  it("adds the gate that another one needs", () => {
    expect(names("e2e")).toEqual(["build", "e2e"]);
  });

  it("refuses a gate that does not exist", () => {
    expect(() => selectGates("lint,units")).toThrow('no gate "units"');
  });
});
