/** The summary of one timing's values. */
import { describe, expect, it } from 'vitest';
import { distributionSchema } from '../../src/core/record.ts';
import { distributionOf } from '../../src/stats/distribution.ts';
import { lognormalTimes, seededRandom, shuffled } from '../random.ts';

describe('distributionOf', () => {
  it('ten values: a p50 and a p90, no p95, no p99', () => {
    const values = [10, 1, 9, 2, 8, 3, 7, 4, 6, 5];
    expect(distributionOf(values)).toEqual({
      count: 10,
      min: 1,
      mean: 5.5,
      stddev: Math.sqrt(82.5 / 9),
      p50: 5,
      p90: 9,
      p95: null,
      p99: null,
      max: 10,
      ci95: { p50: [2, 9], p90: [7, null], p95: [8, null], p99: [9, null] },
    });
    expect(values, 'the order of issue is kept').toEqual([10, 1, 9, 2, 8, 3, 7, 4, 6, 5]);
  });

  it('one value: no spread and no percentile', () => {
    const open = [null, null];
    expect(distributionOf([7])).toEqual({
      ...{ count: 1, min: 7, mean: 7, stddev: null, p50: null, p90: null, p95: null, p99: null, max: 7 },
      // With 99 % probability a value lies below the true p99.
      ci95: { p50: open, p90: open, p95: open, p99: [7, null] },
    });
  });

  it('no value: no distribution', () => {
    expect(distributionOf([])).toBeUndefined();
  });

  it('values in order of size, not of their digits', () => {
    expect(distributionOf([9, 10, 100, 2])).toMatchObject({ min: 2, max: 100, p50: 9 });
  });

  it('negative values and zero are values', () => {
    expect(distributionOf([-3, 0, 3])).toMatchObject({ min: -3, mean: 0, stddev: 3, p50: 0, max: 3 });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d is an error', value => {
    expect(() => distributionOf([1, value, 2])).toThrow(RangeError);
  });

  it('keeps the spread of values that are large beside it', () => {
    const { mean, stddev } = distributionOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])!;
    expect(mean).toBe(1e9 + 10);
    expect(stddev).toBe(Math.sqrt(30));
  });

  it('has each percentile from exactly the size that supports it', () => {
    const supported = (count: number) => {
      const { p50, p90, p95, p99 } = distributionOf(Array.from({ length: count }, (_, i) => i))!;
      return [p50, p90, p95, p99].map(value => value !== null).join();
    };
    expect(supported(1)).toBe('false,false,false,false');
    expect(supported(2)).toBe('true,false,false,false');
    expect(supported(9)).toBe('true,false,false,false');
    expect(supported(10)).toBe('true,true,false,false');
    expect(supported(19)).toBe('true,true,false,false');
    expect(supported(20)).toBe('true,true,true,false');
    expect(supported(60)).toBe('true,true,true,false');
    expect(supported(99)).toBe('true,true,true,false');
    expect(supported(100)).toBe('true,true,true,true');
  });

  it('of random values: observed, in order, and the same whatever the order they came in', () => {
    const random = seededRandom(2);
    for (let round = 0; round < 100; round++) {
      const values = lognormalTimes(100 + Math.floor(random() * 400), random);
      const distribution = distributionOf(values)!;
      expect(distribution).toEqual(distributionOf(new Set(shuffled(values, random))));
      expect(distributionSchema.parse(distribution)).toEqual(distribution);
      const { min, p50, p90, p95, p99, max, mean, ci95 } = distribution;
      const points = [min, p50, p90, p95, p99, max] as number[];
      for (const point of points) expect(values).toContain(point);
      expect([...points].sort((a, b) => a - b)).toEqual(points);
      expect(min).toBe(Math.min(...values));
      expect(max).toBe(Math.max(...values));
      expect(mean).toBeGreaterThan(min);
      expect(mean).toBeLessThan(max);
      for (const percentile of ['p50', 'p90', 'p95', 'p99'] as const) {
        const [low, high] = ci95[percentile];
        expect(low!).toBeLessThanOrEqual(distribution[percentile]!);
        if (high !== null) expect(high).toBeGreaterThanOrEqual(distribution[percentile]!);
      }
    }
  });
});
