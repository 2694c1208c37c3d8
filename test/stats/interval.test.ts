/** Intervals of percentiles: the ranks against exact arithmetic, the promise of 95 % against simulation. */
import { describe, expect, it } from 'vitest';
import { intervalRanks, percentileInterval } from '../../src/stats/interval.ts';
import { nearestRank } from '../../src/stats/percentile.ts';
import { lognormalTimes, seededRandom } from '../random.ts';

const PERCENTS = [50, 90, 95, 99];

/** The ranks once more, in integers alone: the tightest ends whose tails, as exact fractions, are at most 2.5 %. */
function exactRanks(count: number, percent: number): { low: number | null; high: number | null } {
  const [n, p, q] = [BigInt(count), BigInt(percent), BigInt(100 - percent)];
  const whole = 100n ** n;
  let term = q ** n; // C(n, k) p^k q^(n-k) for k = 0
  let below = 0n;
  let low: number | null = null;
  let high: number | null = null;
  for (let k = 0n; k < n; k++) {
    below += term; // P(B <= k), of `whole`
    if (below * 1000n <= 25n * whole) low = Number(k);
    if (high === null && below * 1000n >= 975n * whole) high = Number(k);
    term = (term * (n - k) * p) / ((k + 1n) * q);
  }
  return { low, high };
}

describe('the ranks', () => {
  it('are those of exact arithmetic, up to 150 values', () => {
    for (const percent of [1, 5, 25, ...PERCENTS]) {
      for (let count = 1; count <= 150; count++) {
        expect(intervalRanks(count, percent), `p${percent} of ${count}`).toEqual(exactRanks(count, percent));
      }
    }
  });

  it.each([367, 368, 999, 1000, 2500])('are those of exact arithmetic for %d values', count => {
    for (const percent of PERCENTS) {
      expect(intervalRanks(count, percent), `p${percent}`).toEqual(exactRanks(count, percent));
    }
  });

  it.each([
    // Ranks (from 1) for a median as statistics tables print them.
    [6, 1, 6],
    [10, 2, 9],
    [20, 6, 15],
    [30, 10, 21],
    [50, 18, 33],
    [100, 40, 61],
  ])('of a median of %d values are %d and %d', (count, low, high) => {
    expect(intervalRanks(count, 50)).toEqual({ low: low - 1, high: high - 1 });
  });

  it('of a median of five values do not exist', () => {
    expect(intervalRanks(5, 50)).toEqual({ low: null, high: null });
  });

  it.each([
    [50, 6],
    [90, 36],
    [95, 72],
    [99, 368],
  ])('close for p%d at exactly %d values, and stay closed', (percent, enough) => {
    for (let count = 1; count < enough; count++) expect(intervalRanks(count, percent).high, `${count}`).toBeNull();
    for (let count = enough; count < enough + 500; count++) {
      expect(intervalRanks(count, percent).high, `${count}`).not.toBeNull();
    }
  });

  it('contain the point estimate, whatever the size of the sample', () => {
    for (const percent of PERCENTS) {
      for (let count = 1; count <= 2000; count++) {
        const { low, high } = intervalRanks(count, percent);
        const rank = nearestRank(count, percent);
        if ((low ?? 0) > rank || (high ?? count) < rank) expect.fail(`p${percent} of ${count}: ${low} ${rank} ${high}`);
      }
    }
  });

  it('of a hundred thousand values lie where the normal approximation says', () => {
    for (const percent of PERCENTS) {
      const count = 100_000;
      const spread = 1.96 * Math.sqrt((count * percent * (100 - percent)) / 10_000);
      const { low, high } = intervalRanks(count, percent);
      expect(Math.abs(low! - ((count * percent) / 100 - spread))).toBeLessThan(5);
      expect(Math.abs(high! - ((count * percent) / 100 + spread))).toBeLessThan(5);
    }
  });

  it('do not depend on what was asked before', () => {
    const alone = intervalRanks(60, 90);
    intervalRanks(60, 50);
    intervalRanks(61, 90);
    expect(intervalRanks(60, 90)).toEqual(alone);
  });
});

describe('percentileInterval', () => {
  it('gives the values at the ranks, null for an open end', () => {
    const ascending = Float64Array.from({ length: 20 }, (_, i) => (i + 1) / 10);
    expect(percentileInterval(ascending, 50)).toEqual([0.6, 1.5]);
    expect(percentileInterval(ascending, 95)).toEqual([1.7, null]);
    expect(percentileInterval(ascending.subarray(0, 1), 50)).toEqual([null, null]);
  });
});

describe('the interval covers the true percentile at least 95 times in 100', () => {
  const TRIALS = 2000;
  /** Three standard errors of a share of 95 % in as many trials. */
  const ERROR = 3 * Math.sqrt((0.95 * 0.05) / TRIALS);
  /** Quantiles of the standard normal distribution. */
  const Z = { 50: 0, 90: 1.2815515655446004, 95: 1.6448536269514722 };

  it.each([20, 60, 1000])('with %d lognormal values', count => {
    const random = seededRandom(count);
    const covered = { 50: 0, 90: 0, 95: 0 };
    for (let trial = 0; trial < TRIALS; trial++) {
      const ascending = Float64Array.from(lognormalTimes(count, random)).sort();
      for (const percent of [50, 90, 95] as const) {
        const truth = 20 * Math.exp(0.5 * Z[percent]);
        const [low, high] = percentileInterval(ascending, percent);
        if ((low === null || low <= truth) && (high === null || truth <= high)) covered[percent]++;
      }
    }
    for (const [percent, times] of Object.entries(covered)) {
      expect(times / TRIALS, `p${percent}`).toBeGreaterThan(0.95 - ERROR);
    }
  });
});
