/** The value that `percent` of the values do not exceed (nearest rank); NaN of none. */
export function percentile(values: Iterable<number>, percent: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: Iterable<number>): number {
  return percentile(values, 50);
}
