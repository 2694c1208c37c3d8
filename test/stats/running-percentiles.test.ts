/** The live view's percentiles: right to 1 %, whatever was added. */
import { describe, expect, it } from 'vitest';
import { nearestRank, supportsPercentile } from '../../src/stats/percentile.ts';
import { RunningPercentiles } from '../../src/stats/running-percentiles.ts';
import { lognormalTimes, normal, seededRandom } from '../random.ts';

function running(values: readonly number[]): RunningPercentiles {
  const percentiles = new RunningPercentiles();
  for (const value of values) percentiles.add(value);
  return percentiles;
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('the median', () => {
  it('is not known at first', () => {
    expect(new RunningPercentiles().median()).toBeUndefined();
  });

  it.each([
    [[20], 20],
    [[1, 1000], 1],
    [[1000, 1, 30], 30],
    [[5, 5, 5, 5, 900], 5],
    [[0.01, 0.02, 3_600_000], 0.02],
  ])('of %j is %d', (values, median) => {
    expect(running(values).median()).toBeCloseTo(median, 9);
  });
});

describe('a percentile', () => {
  it.each([
    [50, 1, 2],
    [90, 9, 10],
    [95, 19, 20],
    [99, 99, 100],
  ])('p%d is not known of %d values, but of %d', (percent, tooFew, enough) => {
    expect(running(upTo(tooFew)).value(percent)).toBeUndefined();
    expect(Math.abs(running(upTo(enough)).value(percent)! / Math.ceil((enough * percent) / 100) - 1)).toBeLessThan(
      0.01,
    );
  });

  it('is a mean of values in a row: never outside of what was seen', () => {
    expect(running(Array(1_000).fill(51.23)).value(95)).toBeCloseTo(51.23, 9);
    const close = running([50, 50.1, 50.2, 50.3]).value(50)!;
    expect(close).toBeGreaterThanOrEqual(50);
    expect(close).toBeLessThanOrEqual(50.3);
  });

  it('of nothing is not known', () => {
    for (const percent of [0, 50, 99, 100]) expect(new RunningPercentiles().value(percent)).toBeUndefined();
  });

  it('of random values is within 1 % of that by nearest rank, after each one', () => {
    const random = seededRandom(3);
    for (const values of [lognormalTimes(500, random), Array.from({ length: 500 }, () => 10 ** (2 * normal(random)))]) {
      const percentiles = new RunningPercentiles();
      const seen: number[] = [];
      for (const value of values) {
        percentiles.add(value);
        seen.push(value);
        const ascending = [...seen].sort((a, b) => a - b);
        expect(percentiles.count).toBe(seen.length);
        for (const percent of [10, 50, 90, 95, 99]) {
          const found = percent === 50 ? percentiles.median() : percentiles.value(percent);
          if (percent !== 50 && !supportsPercentile(seen.length, percent)) {
            expect(found).toBeUndefined();
            continue;
          }
          // What is below the range counts as its end.
          const exact = Math.max(1e-3, ascending[nearestRank(seen.length, percent)]!);
          expect(Math.abs(found! / exact - 1), `p${percent} after ${seen.length}`).toBeLessThan(0.01);
        }
      }
    }
  });

  it('never falls as P grows', () => {
    const percentiles = running(lognormalTimes(1_000, seededRandom(5)));
    const values = upTo(90).map(percent => percentiles.value(percent)!);
    expect(values).toEqual([...values].sort((a, b) => a - b));
  });
});

describe('a value', () => {
  it('beyond the range counts as the end of the range', () => {
    expect(running([0, 0, 0]).median()).toBe(0.001);
    expect(running([-5, 1e-9, 7]).median()).toBe(0.001);
    expect(running([1e30, 1e30]).median()).toBeGreaterThan(6 * 3_600_000);
    expect(running([1e30, 1e30]).median()).toBeLessThan(1e8);
  });

  it('may be hours', () => {
    expect(running([6 * 3_600_000]).median()).toBe(6 * 3_600_000);
  });
});
