import { defineConfig } from "vitest/config";

const CONTRACT = "test/**/*.contract.test.ts";

export default defineConfig({
  test: {
    passWithNoTests: false,
    allowOnly: false,
    // Where most of a test is to wait for processes of its own, a worker does not keep a core busy.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [CONTRACT, "test/e2e/**"],
          // For slow machines: how long anything takes is a matter of the benchmarks.
          testTimeout: 60_000,
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        test: {
          name: "contract",
          include: [CONTRACT],
          exclude: ["test/e2e/**"],
          testTimeout: 120_000,
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.e2e.test.ts"],
          globalSetup: ["test/e2e/world/world-template.ts"],
          // A command of OpenClaw's alone takes up to ten seconds on a slow machine.
          testTimeout: 300_000,
          expect: { poll: { timeout: 30_000 } },
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
