import type { z } from "zod";
import { budgetSchema, contractorSchema, pluginConfigSchema } from "../../config/schema.ts";
import { BUDGET_SCOPES, BUDGET_UNITS } from "../../contractor/spending/budget.ts";

/** Settings by the name that `set` takes. */
export type KnownSettings = ReadonlyMap<string, z.ZodType>;

/** Who the contractor is: another kind or folder is another contractor, with sessions and files of its own. */
export const FIXED_SETTINGS: readonly string[] = ["contractor", "workspace"];

/** What can be set of one contractor. A budget's limits can be set one by one, too. */
export const CONTRACTOR_SETTINGS: KnownSettings = new Map<string, z.ZodType>([
  ...Object.entries(contractorSchema.shape).filter(([name]) => !FIXED_SETTINGS.includes(name)),
  ...BUDGET_SCOPES.flatMap((scope) =>
    BUDGET_UNITS.map(
      (unit) => [`budget.${scope}.${unit}`, budgetSchema.shape[scope].unwrap().shape[unit]] as const,
    ),
  ),
]);

/** What holds for all contractors. */
export const SHARED_SETTINGS: KnownSettings = new Map<string, z.ZodType>(
  Object.entries(pluginConfigSchema.shape).filter(([name]) => name !== "contractors" && name !== "endpoints"),
);

/** One line a setting, with what its schema says of it. */
export function settingLines(settings: KnownSettings): string[] {
  const width = Math.max(...[...settings.keys()].map((name) => name.length));
  return [...settings].map(([name, { description = "" }]) =>
    `  ${name.padEnd(width)}  ${description}`.trimEnd(),
  );
}
