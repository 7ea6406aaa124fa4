import { CLAUDE_LOGIN } from "../../config/endpoint-schema.ts";
import {
  contractorSchema,
  pluginConfigSchema,
  type BudgetConfig,
  type ContractorConfig,
} from "../../config/schema.ts";
import { endpointNamed } from "../../contractor/metadata-resolver.ts";
import { claudeModeOf } from "../../contractor/permission-mode.ts";
import { hasLimitIn } from "../../contractor/spending/budget.ts";
import { budgetNotEnforceable } from "../../contractor/spending/budget-words.ts";
import type { HostCliContext } from "../../openclaw/host-cli-context.ts";
import type { CommandResult } from "../contractor-command.ts";
import { requireContractor } from "../require-contractor.ts";
import { requireExecutable } from "../require-executable.ts";
import { renderTable } from "../table.ts";
import { readAssignments, type Assignment } from "./assignments.ts";
import { settingText } from "./setting-text.ts";

export type SetOptions = { agentId?: string; assignments: string[] };

type Change = { name: string; before: unknown; now: unknown };

/** Changes settings of a contractor or, without one, those that hold for all: all of them, or none. */
export async function setSettings(context: HostCliContext, options: SetOptions): Promise<CommandResult> {
  const { agentId } = options;
  const contractor = agentId === undefined ? undefined : requireContractor(context, agentId);
  const assignments = readAssignments(options.assignments, { agentId });
  const changes =
    agentId === undefined || contractor === undefined
      ? await setShared(context, assignments)
      : await setOf(context, { agentId, contractor, assignments });
  return { data: { agentId: agentId ?? null, changes }, text: describe(changes, agentId) };
}

async function setShared(context: HostCliContext, assignments: Assignment[]): Promise<Change[]> {
  const given = Object.fromEntries(assignments.map(({ name, value }) => [name, value]));
  const before = context.config;
  const now = pluginConfigSchema.parse({ ...before, ...given });
  await context.configWriter.changeShared(given);
  return changesOf(assignments, { before, now });
}

async function setOf(
  context: HostCliContext,
  of: { agentId: string; contractor: ContractorConfig; assignments: Assignment[] },
): Promise<Change[]> {
  const { agentId, contractor, assignments } = of;
  const given = stanzaOf(contractor, assignments);
  const now = contractorSchema.parse({ ...contractor, ...given });
  await requireUsable(context, { agentId, before: contractor, now });
  await context.configWriter.changeContractor(agentId, given);
  return changesOf(assignments, { before: contractor, now });
}

/** The assignments as fields of the contractor's settings; single limits go into the budget that there is. */
function stanzaOf(contractor: ContractorConfig, assignments: Assignment[]): Record<string, unknown> {
  const whole = assignments.filter(({ name }) => !name.startsWith(LIMIT));
  const limits = assignments.filter(({ name }) => name.startsWith(LIMIT));
  const given = Object.fromEntries(whole.map(({ name, value }) => [name, value]));
  if (limits.length === 0) return given;
  const begin = "budget" in given ? given["budget"] : contractor.budget;
  return { ...given, budget: budgetAfter(begin ?? {}, limits) };
}

const LIMIT = "budget.";

/** Undefined when no limit is left. */
function budgetAfter(before: BudgetConfig, limits: Assignment[]): Record<string, unknown> | undefined {
  const budget: Record<string, Record<string, unknown>> = structuredClone(before);
  for (const { name, value } of limits) {
    const [, scope = "", unit = ""] = name.split(".");
    budget[scope] = { ...budget[scope], [unit]: value };
  }
  const scopes = Object.entries(budget)
    .map(([scope, amounts]) => [scope, withoutUndefined(amounts)] as const)
    .filter(([, amounts]) => Object.keys(amounts).length > 0);
  return scopes.length === 0 ? undefined : Object.fromEntries(scopes);
}

/** What a schema cannot tell; the adapter comes last, because it may have to be downloaded. */
async function requireUsable(
  context: HostCliContext,
  { agentId, before, now }: { agentId: string; before: ContractorConfig; now: ContractorConfig },
): Promise<void> {
  const { adapter, budget, claudeExecutable, endpoint, onLimit, routes } = now;
  claudeModeOf({ ...now, uid: context.uid });
  const named = [
    endpoint ?? CLAUDE_LOGIN,
    ...(onLimit === "error" ? [] : onLimit),
    ...routes.map((route) => route.endpoint),
  ];
  for (const name of named) if (name !== CLAUDE_LOGIN) endpointNamed(context.config, name);
  if (budget !== undefined && hasLimitIn(budget, "usd") && !context.reportsCost(adapter))
    throw budgetNotEnforceable({ agentId, adapter }, "Nothing was changed.");
  if (claudeExecutable !== undefined && claudeExecutable !== before.claudeExecutable)
    await requireExecutable(claudeExecutable);
  if (adapter !== before.adapter) await context.ensureAdapter(adapter);
}

function changesOf(assignments: Assignment[], of: { before: object; now: object }): Change[] {
  return assignments.map(({ name }) => ({
    name,
    before: valueAt(of.before, name),
    now: valueAt(of.now, name),
  }));
}

/** Null for what is not set and has no default. */
function valueAt(settings: object, name: string): unknown {
  const value = name
    .split(".")
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], settings);
  return value ?? null;
}

function withoutUndefined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function describe(changes: Change[], agentId: string | undefined): string {
  const table = renderTable(
    ["SETTING", "BEFORE", "NOW"],
    changes.map(({ name, before, now }) => [name, settingText(before), settingText(now)]),
  );
  const whose = agentId === undefined ? "every contractor" : agentId;
  return `${table}\n\nThat holds from the next message of ${whose} on.`;
}
