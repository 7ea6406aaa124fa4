/** Not a number when there are none. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const last = sorted.length - 1;
  return ((sorted[Math.floor(last / 2)] ?? NaN) + (sorted[Math.ceil(last / 2)] ?? NaN)) / 2;
}

export type Point = { x: number; y: number };

/** What y grows by for one of x, on the line that fits best (least squares). Not a number for fewer than two x. */
export function slopeOf(points: readonly Point[]): number {
  const meanX = meanOf(points.map(({ x }) => x));
  const meanY = meanOf(points.map(({ y }) => y));
  const together = meanOf(points.map(({ x, y }) => (x - meanX) * (y - meanY)));
  const spread = meanOf(points.map(({ x }) => (x - meanX) ** 2));
  return together / spread;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
