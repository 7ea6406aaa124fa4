import manifest from "../../package.json" with { type: "json" };

/** What this plugin runs on, as package.json says it. */
export const SUPPORTED = { node: manifest.engines.node, openclaw: manifest.peerDependencies.openclaw };

/**
 * Whether a version is in a range of comparisons: `>=24.16.0 <25 || >=26.1.0`. Where the range cannot be read, or the
 * version is none, nothing is judged: undefined. A pre-release counts as its release.
 */
export function fitsRange(version: string, range: string): boolean | undefined {
  const parts = partsOf(version);
  const alternatives = range.split("||").map((all) => all.trim().split(/\s+/).map(comparisonOf));
  if (parts === undefined || alternatives.flat().includes(undefined)) return undefined;
  return alternatives.some((all) => all.every((comparison) => comparison?.(parts)));
}

type Parts = readonly [number, number, number];

function comparisonOf(text: string): ((version: Parts) => boolean) | undefined {
  const [, operator, limit = ""] = /^(>=|<)(\d.*)$/.exec(text) ?? [];
  const bound = partsOf(limit);
  if (operator === undefined || bound === undefined) return undefined;
  return (version) => (operator === ">=" ? order(version, bound) >= 0 : order(version, bound) < 0);
}

function partsOf(version: string): Parts | undefined {
  const [, major, minor = "0", patch = "0"] =
    /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?$/.exec(version) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

function order(left: Parts, right: Parts): number {
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}
