const COMPARATOR = /^(>=|<=|>|<)(\d+)(?:\.(\d+))?(?:\.(\d+))?$/;
const RELEASE = /^v?(\d+)\.(\d+)\.(\d+)$/;

/**
 * Whether a Node version fits a range as `engines.node` writes it: alternatives between `||`, each a list of
 * comparators that must all hold. Throws on any other grammar, so that a new way of writing it cannot pass unread.
 * A pre-release (`v26.2.0-nightly…`) fits nothing.
 */
export function fitsNodeRange(version, range) {
  const alternatives = range.split("||").map((part) => part.trim().split(/\s+/).map(parseComparator));
  const release = RELEASE.exec(version);
  if (!release) return false;
  const numbers = release.slice(1).map(Number);
  return alternatives.some((comparators) => comparators.every((comparator) => holds(comparator, numbers)));
}

function parseComparator(text) {
  const match = COMPARATOR.exec(text);
  if (!match) throw new Error(`cannot read "${text}" in the engines.node of package.json`);
  const [, operator, ...numbers] = match;
  return { operator, bound: numbers.map((number) => Number(number ?? 0)) };
}

function holds({ operator, bound }, version) {
  const order = compare(version, bound);
  if (operator === ">=") return order >= 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order < 0;
}

function compare(left, right) {
  const differing = left.findIndex((number, index) => number !== right[index]);
  return differing === -1 ? 0 : left[differing] - right[differing];
}
