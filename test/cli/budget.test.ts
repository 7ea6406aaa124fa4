import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resetBudget, setBudget, type BudgetSetOptions } from "../../src/cli/budget.ts";
import type { CommandResult } from "../../src/cli/contractor-command.ts";
import { removeContractor } from "../../src/cli/remove.ts";
import { contractorStatus } from "../../src/cli/status.ts";
import { usagePathOf } from "../../src/contractor/runtime-state.ts";
import { addTo, change } from "./contractors.ts";
import { createHostStandIn, type HostStandIn } from "./host-stand-in.ts";

let home: string;
let host: HostStandIn;
let workspace: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cli-budget-")));
  host = await createHostStandIn(home);
  workspace = await addTo({ host, home }, "dev");
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function set(options: Omit<BudgetSetOptions, "agentId">): Promise<CommandResult> {
  return setBudget(await host.context(), { agentId: "dev", ...options });
}

async function written(): Promise<unknown> {
  const { plugins } = await host.readConfig();
  return plugins.entries["contractor-agent"].config.contractors?.["dev"];
}

async function use(amount: { usd: number; tokens: number }, key = "agent:dev:main"): Promise<void> {
  const ledger = (await host.context()).openSpending(workspace);
  ledger.add({ agentId: "dev", openclawSessionKey: key, life: null }, { ...amount, turns: 1 });
  await ledger.flush();
}

describe("budget set", () => {
  it("writes the limits that are given and nothing else, and keeps the others", async () => {
    const before = await written();
    await set({ dayUsd: 5, turnTokens: 200_000 });
    const { data, text } = await set({ dayTokens: 1_000_000, dayUsd: 7.5 });
    const budget = { turn: { tokens: 200_000 }, day: { usd: 7.5, tokens: 1_000_000 } };
    expect(data).toEqual({ agentId: "dev", budget });
    expect(await written()).toEqual({ ...(before as object), budget });
    expect(text).toBe(
      "dev may use 200,000 tokens a turn, $7.50 a day, 1,000,000 tokens a day. That holds from its next message on.",
    );
  });

  it("takes one limit away, the last one with the whole budget, or all at once", async () => {
    const before = await written();
    await set({ dayUsd: 5, turnTokens: 200_000 });
    expect(await set({ turnTokens: "none" })).toMatchObject({ data: { budget: { day: { usd: 5 } } } });
    expect(await set({ dayUsd: "none" })).toMatchObject({ data: { budget: null } });
    expect(await written()).toEqual(before);
    await set({ dayUsd: 5 });
    expect((await set({ clear: true })).text).toBe("dev may use as much as it wants.");
    expect(await written()).toEqual(before);
  });

  it("refuses dollars where nobody tells the cost, and a command without a limit", async () => {
    await expect(set({})).rejects.toMatchObject({ code: "usage" });
    await expect(set({ clear: true, dayUsd: 5 })).rejects.toMatchObject({ code: "usage" });
    await change(host, "dev", { adapter: "claude-code-acp" });
    await expect(set({ dayUsd: 5 })).rejects.toMatchObject({ code: "budget-not-enforceable" });
    await set({ dayTokens: 5 });
    await expect(setBudget(await host.context(), { agentId: "nobody", dayUsd: 5 })).rejects.toMatchObject({
      code: "contractor-unknown",
    });
  });
});

describe("budget reset", () => {
  it("lets the agent's account begin anew", async () => {
    await set({ agentUsd: 2 });
    await use({ usd: 2.5, tokens: 10 });
    expect(await contractorStatus(await host.context())).toMatchObject({
      data: { contractors: [{ problems: [expect.stringContaining("as a whole is used up") as string] }] },
    });
    expect(await resetBudget(await host.context(), "dev")).toMatchObject({
      data: { agentId: "dev", movedTo: null },
    });
    expect(await contractorStatus(await host.context())).toMatchObject({
      data: { contractors: [{ problems: [], budget: [{ scope: "agent", used: 0, limit: 2 }] }] },
    });
  });

  it("mends an account that cannot be read, and says where it is", async () => {
    await set({ agentUsd: 2 });
    await writeFile(usagePathOf(workspace), "{");
    expect(await contractorStatus(await host.context())).toMatchObject({
      data: {
        contractors: [
          {
            budget: [{ used: null }],
            problems: [expect.stringContaining("usage.json is not JSON") as string],
          },
        ],
      },
    });
    const { data, text } = await resetBudget(await host.context(), "dev");
    const { movedTo } = data as { movedTo: string };
    expect(await readFile(movedTo, "utf8")).toBe("{");
    expect(text).toContain(movedTo);
    expect(await contractorStatus(await host.context())).toMatchObject({
      data: { contractors: [{ problems: [] }] },
    });
  });
});

describe("status", () => {
  it("shows each limit, how much of it is used, and when it renews", async () => {
    await set({ turnUsd: 0.5, sessionTokens: 100, dayUsd: 5, agentTokens: 1000 });
    await use({ usd: 1.25, tokens: 60 });
    await use({ usd: 0.25, tokens: 70 }, "agent:dev:other");
    const { data, text } = await contractorStatus(await host.context());
    expect(data).toMatchObject({
      contractors: [
        {
          problems: [],
          budget: [
            { scope: "turn", unit: "usd", limit: 0.5, used: null, renewsAt: null },
            { scope: "session", unit: "tokens", limit: 100, used: 70, renewsAt: null },
            { scope: "day", unit: "usd", limit: 5, used: 1.5, renewsAt: "2026-01-03T00:00:00.000Z" },
            { scope: "agent", unit: "tokens", limit: 1000, used: 130, renewsAt: null },
          ],
        },
      ],
    });
    const lines = stripVTControlCharacters(text)
      .split("\n")
      .map((line) => line.replaceAll(/ {2,}/g, " | "));
    expect(lines).toEqual(
      expect.arrayContaining([
        "AGENT | BUDGET | USED | RENEWS",
        "dev | turn | $0.50 | with each turn",
        "dev | session | 70 of 100 tokens at most | with /new",
        "dev | day | $1.50 of $5.00 | at 2026-01-03 00:00 (in 24 h 0 min)",
        "dev | agent | 130 of 1,000 tokens | with `contractor-agents budget reset`",
      ]),
    );
  });

  it("says that a budget in dollars cannot be kept with an adapter that tells no cost", async () => {
    await change(host, "dev", { adapter: "claude-code-acp", budget: { day: { usd: 5 } } });
    expect(await contractorStatus(await host.context())).toMatchObject({
      data: {
        contractors: [
          {
            problems: expect.arrayContaining([
              expect.stringContaining("claude-code-acp does not tell what a turn costs") as string,
            ]) as string[],
          },
        ],
      },
    });
  });
});

describe("remove", () => {
  it("forgets what the agent has used, and nobody else's in the same folder", async () => {
    await addTo({ host, home }, "ops", { workspace });
    await use({ usd: 1, tokens: 1 });
    const ledger = (await host.context()).openSpending(workspace);
    ledger.add({ agentId: "ops", openclawSessionKey: "main", life: null }, { usd: 2, tokens: 2, turns: 1 });
    await ledger.flush();
    await removeContractor(await host.context(), { agentId: "dev", yes: true });
    expect(await ledger.agent("dev")).toMatchObject({ since: null });
    expect(await ledger.agent("ops")).toMatchObject({ agent: { usd: 2 } });
  });
});
