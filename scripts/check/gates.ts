const GATE_NAMES = [
  "format",
  "manifest",
  "typecheck",
  "typecheck-page",
  "lint",
  "unused",
  "build",
  "unit",
  "contract",
  "e2e",
] as const;

export type GateName = (typeof GATE_NAMES)[number];

export type Gate = {
  name: GateName;
  /** What Node runs, with its arguments. Paths count from the repository root. */
  command: string[];
  /** Of the two that there are. Vitest starts workers of its own: those that keep both cores busy get both. */
  slots: 1 | 2;
  /** A gate that has to pass first. */
  needs?: GateName;
  /** Where vitest writes its JSON report. Each of its tests counts; any other gate counts as one. */
  testReport?: string;
};

/** Where gates leave their output and their reports. */
export const CHECK_CACHE = ".cache/check";

/** Every gate, the cheap ones first. */
const GATES: Gate[] = [
  { name: "format", slots: 1, command: ["node_modules/prettier/bin/prettier.cjs", "--check", "."] },
  { name: "manifest", slots: 1, command: ["scripts/generate-manifest.ts", "--check"] },
  { name: "typecheck", slots: 1, command: ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"] },
  {
    name: "typecheck-page",
    slots: 1,
    command: ["node_modules/typescript/bin/tsc", "-p", "src/control-ui/tsconfig.json"],
  },
  { name: "lint", slots: 1, command: ["node_modules/eslint/bin/eslint.js", ".", "--max-warnings", "0"] },
  { name: "unused", slots: 1, command: ["node_modules/knip/bin/knip.js", "--no-progress"] },
  { name: "build", slots: 1, command: ["scripts/build.ts"] },
  testGate("unit"),
  testGate("contract"),
  { ...testGate("e2e"), needs: "build" },
];

/** The gates of a comma-separated list and those they need, in the table's order; all without a list. */
export function selectGates(list: string | undefined): Gate[] {
  if (list === undefined) return GATES;
  const names = list.split(",");
  const unknown = names.find((name) => !GATE_NAMES.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`no gate "${unknown}"; there are ${GATE_NAMES.join(", ")}`);

  const asked = GATES.filter(({ name }) => names.includes(name));
  return GATES.filter((gate) => asked.includes(gate) || asked.some(({ needs }) => needs === gate.name));
}

function testGate(project: "unit" | "contract" | "e2e"): Gate {
  const testReport = `${CHECK_CACHE}/${project}.json`;
  return {
    name: project,
    // Beside each other their tests would wait for a core, and some of them measure silence.
    slots: 2,
    testReport,
    command: [
      ...["node_modules/vitest/vitest.mjs", "run", "--project", project],
      ...["--reporter=default", "--reporter=json", `--outputFile.json=${testReport}`],
    ],
  };
}
