/**
 * Distribution-free 95 % intervals of percentiles from order statistics: the number of values below the true percentile
 * is binomial(n, P), so a pair of ranks covers it with a probability that needs no assumption on the values' shape.
 * Equal tails of at most 2.5 %. Source: Hahn, Meeker, Escobar: Statistical Intervals, 2nd edition, section 5.2.
 * The values must be independent of each other, which measurements in a row are only nearly.
 */

const TAIL = 0.025;

/** An end is null when no observed value bounds it at this confidence: the sample is too small. */
export type Interval = [low: number | null, high: number | null];

/** 95 % interval of a percentile (integer, 1 to 99) of ascending values, in their unit. */
export function percentileInterval(ascending: Float64Array, percent: number): Interval {
  const { low, high } = intervalRanks(ascending.length, percent);
  return [low === null ? null : (ascending[low] as number), high === null ? null : (ascending[high] as number)];
}

/** Positions (from 0) of the interval's ends among `count` ascending values. */
export function intervalRanks(count: number, percent: number): { low: number | null; high: number | null } {
  const below = binomialCdf(count, percent / 100);
  // Value number r (from 1) lies above the true percentile with P(B <= r - 1).
  let low: number | null = null;
  for (let rank = 1; rank <= count && (below[rank - 1] as number) <= TAIL; rank++) low = rank - 1;
  let high: number | null = null;
  for (let rank = count; rank >= 1 && (below[rank - 1] as number) >= 1 - TAIL; rank--) high = rank - 1;
  return { low, high };
}

/** P(B <= k) for k = 0 .. count of a binomial; summed in logarithms so that large counts do not underflow at the start. */
function binomialCdf(count: number, probability: number): Float64Array {
  const cdf = new Float64Array(count + 1);
  const logOdds = Math.log(probability) - Math.log1p(-probability);
  let logTerm = count * Math.log1p(-probability);
  let sum = 0;
  for (let k = 0; k <= count; k++) {
    sum += Math.exp(logTerm);
    cdf[k] = Math.min(1, sum);
    logTerm += Math.log((count - k) / (k + 1)) + logOdds;
  }
  return cdf;
}
