/** The live view's median: right to 1 %, whatever was added. */
import { describe, expect, it } from 'vitest';
import { RunningMedian } from '../../src/stats/running-median.ts';
import { lognormalTimes, normal, seededRandom } from '../random.ts';

function medianOf(values: readonly number[]): number | undefined {
  const median = new RunningMedian();
  for (const value of values) median.add(value);
  return median.value();
}

describe('RunningMedian', () => {
  it('knows nothing at first', () => {
    expect(new RunningMedian().value()).toBeUndefined();
  });

  it.each([
    [[20], 20],
    [[1, 1000], 1],
    [[1000, 1, 30], 30],
    [[5, 5, 5, 5, 900], 5],
    [[0.01, 0.02, 3_600_000], 0.02],
  ])('of %j is within 1 %% of %d', (values, median) => {
    expect(Math.abs(medianOf(values)! / median - 1)).toBeLessThan(0.01);
  });

  it('of random values is within 1 % of the median by nearest rank, after each one', () => {
    const random = seededRandom(3);
    for (const values of [lognormalTimes(500, random), Array.from({ length: 500 }, () => 10 ** (2 * normal(random)))]) {
      const median = new RunningMedian();
      const seen: number[] = [];
      for (const value of values) {
        median.add(value);
        seen.push(value);
        const exact = [...seen].sort((a, b) => a - b)[Math.ceil(seen.length / 2) - 1]!;
        expect(Math.abs(median.value()! / exact - 1), `after ${seen.length}`).toBeLessThan(0.01);
      }
    }
  });

  it('takes what lies beyond its range as the end of the range', () => {
    expect(medianOf([0, 0, 0])).toBeLessThan(0.0011);
    expect(medianOf([-5, 1e-9, 7])).toBeLessThan(0.0011);
    expect(medianOf([1e30, 1e30])).toBeGreaterThan(1e7);
  });

  it('holds a time of hours', () => {
    expect(Math.abs(medianOf([6 * 3_600_000])! / (6 * 3_600_000) - 1)).toBeLessThan(0.01);
  });
});
