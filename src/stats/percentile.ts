/**
 * Percentiles by nearest rank: the smallest observed value that at least P percent of the values do not exceed.
 * Never interpolated, so every percentile is a time that really occurred.
 */

/** True when the sample is large enough to speak of the percentile: at least one value lies beyond it on average. */
export function supportsPercentile(count: number, percent: number): boolean {
  return count * (100 - percent) >= 100;
}

/** Position (from 0) of the percentile among `count` ascending values; `percent` is an integer from 0 to 100. */
export function nearestRank(count: number, percent: number): number {
  return Math.max(0, Math.ceil((count * percent) / 100) - 1);
}

/**
 * Percentile of ascending values, in their unit; null when the sample does not support it.
 * Throws RangeError when there are no values.
 */
export function percentile(ascending: Float64Array, percent: number): number | null {
  if (ascending.length === 0) throw new RangeError('no percentile of nothing');
  if (!supportsPercentile(ascending.length, percent)) return null;
  return ascending[nearestRank(ascending.length, percent)] as number;
}
