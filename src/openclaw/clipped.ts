const MAX_ENTRIES = 100;
const MAX_DEPTH = 8;

/**
 * JSON with every text cut, and no more of it than anybody looks at. The host takes seconds to describe a command of a
 * megabyte, in which its Gateway does nothing else, and hands arguments on to every client.
 */
export function clipped(value: unknown, textLimit: number, depth = 0): unknown {
  if (typeof value === "string") {
    return value.length <= textLimit ? value : `${value.slice(0, textLimit)}…`.toWellFormed();
  }
  if (typeof value !== "object" || value === null) return value;
  if (depth === MAX_DEPTH) return "…";
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ENTRIES).map((item: unknown) => clipped(item, textLimit, depth + 1));
  }
  const entries = Object.entries(value).slice(0, MAX_ENTRIES);
  return Object.fromEntries(entries.map(([key, item]) => [key, clipped(item, textLimit, depth + 1)]));
}
