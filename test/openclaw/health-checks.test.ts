import { getHealthCheck } from "openclaw/plugin-sdk/health";
import { expect, it } from "vitest";
import { registerHealthChecks, type HostHealthCheck } from "../../src/openclaw/health-checks.ts";

function checkNamed(id: string, repairs: boolean): HostHealthCheck {
  return {
    ...{ id, description: "A check." },
    detect: ({ hostConfig }) =>
      Promise.resolve([
        { checkId: id, severity: "error", message: Object.keys(hostConfig.agents?.entries ?? {}).join() },
      ]),
    async repair({ configMutator }) {
      if (!repairs) return { changes: [], warnings: ["it cannot be mended"] };
      await configMutator.runtime.config.mutateConfigFile({
        ...{ base: "source", afterWrite: { mode: "auto" } },
        mutate(draft) {
          draft.agents = { ...draft.agents, entries: { ops: {} } };
        },
      });
      return { changes: ["mended"], warnings: [] };
    },
  };
}

type Context = Parameters<NonNullable<NonNullable<ReturnType<typeof getHealthCheck>>["repair"]>>[0];

const cfg = { agents: { entries: { dev: {} } } };
const context = { mode: "fix", cfg, runtime: {} } as unknown as Context;

it("registers a check once, and hands a changed configuration back instead of writing it", async () => {
  const check = checkNamed("contractor-agent/test-one", true);
  registerHealthChecks([check]);
  registerHealthChecks([check]);
  const registered = getHealthCheck(check.id);
  expect(await registered?.detect(context)).toMatchObject([{ message: "dev" }]);
  expect(await registered?.repair?.(context, [])).toEqual({
    ...{ status: "repaired", changes: ["mended"], warnings: [] },
    config: { agents: { entries: { ops: {} } } },
  });
  expect(cfg).toEqual({ agents: { entries: { dev: {} } } });
});

it("says that it mended nothing, and mends nothing in a dry run", async () => {
  const check = checkNamed("contractor-agent/test-two", false);
  registerHealthChecks([check]);
  const registered = getHealthCheck(check.id);
  expect(await registered?.repair?.(context, [])).toMatchObject({ status: "skipped", changes: [] });
  expect(await registered?.repair?.({ ...context, dryRun: true }, [])).toMatchObject({
    status: "skipped",
    changes: [],
  });
});
