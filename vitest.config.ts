import { defineConfig } from "vitest/config";

const CONTRACT = "test/**/*.contract.test.ts";

export default defineConfig({
  test: {
    passWithNoTests: false,
    allowOnly: false,
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [CONTRACT, "test/e2e/**"],
          testTimeout: 15_000,
        },
      },
      {
        test: {
          name: "contract",
          include: [CONTRACT],
          exclude: ["test/e2e/**"],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.e2e.test.ts"],
          // Each file has an OpenClaw of its own, which mostly waits; two at a time keep two cores busy.
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
