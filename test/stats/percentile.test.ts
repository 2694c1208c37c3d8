/** Percentiles by nearest rank, and when a sample is large enough to have one. */
import { describe, expect, it } from 'vitest';
import { nearestRank, percentile, supportsPercentile } from '../../src/stats/percentile.ts';
import { lognormalTimes, seededRandom } from '../random.ts';

const upTo = (count: number) => Float64Array.from({ length: count }, (_, i) => i + 1);

describe('nearestRank', () => {
  it.each([
    // Wikipedia, "Percentile", worked examples of the nearest-rank method: ranks less one, as positions count from 0.
    [5, 5, 0],
    [5, 30, 1],
    [5, 40, 1],
    [5, 50, 2],
    [5, 100, 4],
    [10, 25, 2],
    [10, 50, 4],
    [10, 75, 7],
    [10, 100, 9],
    [11, 50, 5],
    [1, 50, 0],
    [2, 50, 0],
    [3, 50, 1],
    [20, 95, 18],
    [21, 95, 19],
    [100, 99, 98],
    [101, 99, 99],
  ])('of %d values, percentile %d: position %d', (count, percent, position) => {
    expect(nearestRank(count, percent)).toBe(position);
  });

  it('is the minimum for 0 and the maximum for 100', () => {
    for (let count = 1; count <= 1000; count++) {
      expect(nearestRank(count, 0)).toBe(0);
      expect(nearestRank(count, 100)).toBe(count - 1);
    }
  });

  it('never falls and never leaves the values as P grows', () => {
    for (const count of [1, 2, 3, 7, 10, 60, 99, 100, 101, 1000]) {
      let last = 0;
      for (let percent = 0; percent <= 100; percent++) {
        const position = nearestRank(count, percent);
        expect(position).toBeGreaterThanOrEqual(last);
        expect(position).toBeLessThan(count);
        last = position;
      }
    }
  });

  it('is right where binary fractions are not: against integers only', () => {
    for (let count = 1; count <= 3000; count++) {
      for (const percent of [7, 14, 28, 29, 55, 56, 57, 58, 95, 99]) {
        // The least k with k * 100 >= percent * count.
        const rank = Number((BigInt(percent) * BigInt(count) + 99n) / 100n);
        expect(nearestRank(count, percent), `${count} ${percent}`).toBe(rank - 1);
      }
    }
  });
});

describe('supportsPercentile', () => {
  it.each([
    [50, 1, 2],
    [90, 9, 10],
    [95, 19, 20],
    [99, 99, 100],
  ])('a p%d not with %d values, but with %d', (percent, tooFew, enough) => {
    expect(supportsPercentile(tooFew, percent)).toBe(false);
    expect(supportsPercentile(enough, percent)).toBe(true);
  });

  it('ten samples have no p95, sixty no p99', () => {
    expect(supportsPercentile(10, 95)).toBe(false);
    expect(supportsPercentile(60, 95)).toBe(true);
    expect(supportsPercentile(60, 99)).toBe(false);
  });
});

describe('percentile', () => {
  it('of 1 to 10: the median is 5, not 5.5 or 6', () => {
    expect(percentile(upTo(10), 50)).toBe(5);
    expect(percentile(upTo(10), 90)).toBe(9);
  });

  it('of 1 to 100 is its own number', () => {
    for (let percent = 1; percent <= 99; percent++) expect(percentile(upTo(100), percent)).toBe(percent);
  });

  it('is null where the sample does not support it', () => {
    expect(percentile(upTo(10), 95)).toBeNull();
    expect(percentile(upTo(10), 99)).toBeNull();
    expect(percentile(upTo(99), 99)).toBeNull();
    expect(percentile(upTo(100), 99)).toBe(99);
    expect(percentile(upTo(1), 50)).toBeNull();
  });

  it('of nothing is an error', () => {
    expect(() => percentile(new Float64Array(), 50)).toThrow(RangeError);
  });

  it('of random values is the smallest observed one that at least P percent do not exceed', () => {
    const random = seededRandom(1);
    for (let round = 0; round < 60; round++) {
      const count = 1 + Math.floor(random() * 250);
      // Rounded, so that some are equal.
      const ascending = Float64Array.from(lognormalTimes(count, random), Math.round).sort();
      let last = Number.NEGATIVE_INFINITY;
      for (const percent of [1, 10, 25, 50, 75, 90, 95, 99]) {
        const found = percentile(ascending, percent);
        if (found === null) {
          expect(supportsPercentile(count, percent)).toBe(false);
          continue;
        }
        const enough = (value: number) => ascending.filter(other => other <= value).length * 100 >= percent * count;
        expect(found).toBe(ascending.find(enough));
        expect(found).toBeGreaterThanOrEqual(last);
        last = found;
      }
    }
  });
});
