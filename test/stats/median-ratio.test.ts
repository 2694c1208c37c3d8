/** The ratio of two medians: exact where it can be, and its interval as wide as it claims. */
import { describe, expect, it } from 'vitest';
import { medianRatio } from '../../src/stats/median-ratio.ts';
import { lognormalTimes, normal, seededRandom } from '../random.ts';

const RANDOM = seededRandom(20);

/** Times whose neighbours resemble each other: an autoregression of the first order, median 20. */
function autocorrelated(count: number, correlation: number): number[] {
  let state = normal(RANDOM);
  return Array.from({ length: count }, () => {
    state = correlation * state + Math.sqrt(1 - correlation ** 2) * normal(RANDOM);
    return 20 * Math.exp(0.2 * state);
  });
}

/** Share of repetitions whose interval holds 1, both sides being of one kind. */
function coverage(repetitions: number, series: () => number[]): number {
  let held = 0;
  for (let i = 0; i < repetitions; i++) {
    const [low, high] = medianRatio(series(), series())!.ci95!;
    if (low <= 1 && 1 <= high) held++;
  }
  return held / repetitions;
}

describe('medianRatio', () => {
  it('divides the nearest-rank medians', () => {
    expect(medianRatio([3, 1, 2, 100], [10, 30, 20])).toEqual({ ratio: 0.1, ci95: null });
  });

  it('is undefined without values, or when there is nothing to divide by', () => {
    expect(medianRatio([], [1])).toBeUndefined();
    expect(medianRatio([1], [])).toBeUndefined();
    expect(medianRatio([1], [0])).toBeUndefined();
  });

  it('gives an interval from ten a side on', () => {
    const [nine, ten] = [lognormalTimes(9, RANDOM), lognormalTimes(10, RANDOM)];
    expect(medianRatio(nine, ten)?.ci95).toBeNull();
    expect(medianRatio(ten, nine)?.ci95).toBeNull();
    expect(medianRatio(ten, ten)?.ci95).not.toBeNull();
  });

  it('holds the ratio in its interval, which is a point for values that are all the same', () => {
    const same = Array<number>(12).fill(4);
    expect(medianRatio(same, Array<number>(15).fill(2))).toEqual({ ratio: 2, ci95: [2, 2] });
    for (const count of [10, 31, 200]) {
      const { ratio, ci95 } = medianRatio(lognormalTimes(count, RANDOM), lognormalTimes(count + 3, RANDOM))!;
      expect(ci95![0]).toBeLessThanOrEqual(ratio);
      expect(ci95![1]).toBeGreaterThanOrEqual(ratio);
    }
  });

  it('says the same each time, and scales with its values', () => {
    const [a, b] = [lognormalTimes(40, RANDOM), lognormalTimes(40, RANDOM)];
    const once = medianRatio(a, b)!;
    expect(medianRatio(a, b)).toEqual(once);
    const doubled = medianRatio(
      a.map(ms => ms * 2),
      b,
    )!;
    expect(doubled.ratio).toBeCloseTo(2 * once.ratio, 12);
    expect(doubled.ci95![1]).toBeCloseTo(2 * once.ci95![1], 12);
  });

  it('covers the truth about as often as it says, independent values or not', () => {
    expect(coverage(200, () => lognormalTimes(40, RANDOM))).toBeGreaterThan(0.9);
    // Blocks make up for most of what neighbours share, not for all.
    expect(coverage(200, () => autocorrelated(100, 0.5))).toBeGreaterThan(0.82);
  });
});
