type Settings = Record<string, unknown>;

/** Claude Code settings of several sources as one: objects are merged, lists are joined, else the later one wins. */
export function mergeSettings(...sources: (Settings | undefined)[]): Settings {
  return sources.reduce<Settings>((merged, source) => mergeTwo(merged, source ?? {}), {});
}

function mergeTwo(first: Settings, second: Settings): Settings {
  const merged = { ...first };
  for (const [name, value] of Object.entries(second)) merged[name] = mergeValues(first[name], value);
  return merged;
}

function mergeValues(first: unknown, second: unknown): unknown {
  if (Array.isArray(first) && Array.isArray(second))
    return [...(first as unknown[]), ...(second as unknown[])];
  return isSettings(first) && isSettings(second) ? mergeTwo(first, second) : second;
}

function isSettings(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
