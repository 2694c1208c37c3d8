/** The ratio of two medians: exact where it can be, and its interval as wide as it claims. */
import { describe, expect, it } from 'vitest';
import { medianRatio } from '../../src/stats/median-ratio.ts';
import { lognormalTimes, normal, seededRandom, shuffled } from '../random.ts';

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
    expect(medianRatio([3, 1, 2, 100], [10, 30, 20, 25])).toEqual({ ratio: 0.1, ci95: null });
  });

  it('is undefined without values, or when a median of 0 leaves no ratio', () => {
    expect(medianRatio([], [])).toBeUndefined();
    expect(medianRatio([1], [0])).toBeUndefined();
    expect(medianRatio([0], [1])).toBeUndefined();
  });

  it('takes pairs only', () => {
    expect(() => medianRatio([1, 2], [1])).toThrow(RangeError);
  });

  it('has no interval where a draw might have no ratio', () => {
    const withZeros = [...Array<number>(9).fill(0), ...Array<number>(11).fill(1)];
    expect(medianRatio(withZeros, withZeros)).toEqual({ ratio: 1, ci95: null });
  });

  it('gives an interval from ten pairs on', () => {
    const [a, b] = [lognormalTimes(10, RANDOM), lognormalTimes(10, RANDOM)];
    expect(medianRatio(a.slice(1), b.slice(1))?.ci95).toBeNull();
    expect(medianRatio(a, b)?.ci95).not.toBeNull();
  });

  it('holds the ratio in its interval, which is a point for values that are all the same', () => {
    const same = (value: number) => Array<number>(12).fill(value);
    expect(medianRatio(same(4), same(2))).toEqual({ ratio: 2, ci95: [2, 2] });
    for (const count of [10, 31, 200]) {
      const { ratio, ci95 } = medianRatio(lognormalTimes(count, RANDOM), lognormalTimes(count, RANDOM))!;
      expect(ci95![0]).toBeLessThanOrEqual(ratio);
      expect(ci95![1]).toBeGreaterThanOrEqual(ratio);
    }
  });

  it('says the same each time, and scales with its values', () => {
    const [a, b] = [lognormalTimes(40, RANDOM), lognormalTimes(40, RANDOM)];
    const once = medianRatio(a, b)!;
    expect(medianRatio(a, b)).toEqual(once);
    const doubled = a.map(ms => ms * 2);
    expect(medianRatio(doubled, b)!.ratio).toBeCloseTo(2 * once.ratio, 12);
    expect(medianRatio(doubled, b)!.ci95![1]).toBeCloseTo(2 * once.ci95![1], 12);
  });

  it('knows more of pairs that drift together than of values that do not', () => {
    const drift = autocorrelated(60, 0.9);
    const noise = () => drift.map(ms => ms * Math.exp(0.01 * normal(RANDOM)));
    const width = ([low, high]: readonly [number, number]) => high - low;
    const paired = medianRatio(noise(), noise())!;
    const shuffledApart = medianRatio(noise(), shuffled(noise(), RANDOM))!;
    expect(width(paired.ci95!)).toBeLessThan(0.5 * width(shuffledApart.ci95!));
  });

  it('covers the truth about as often as it says, less for few pairs and for neighbours that resemble each other', () => {
    expect(coverage(200, () => lognormalTimes(10, RANDOM))).toBeGreaterThan(0.84);
    expect(coverage(200, () => lognormalTimes(20, RANDOM))).toBeGreaterThan(0.88);
    expect(coverage(200, () => lognormalTimes(40, RANDOM))).toBeGreaterThan(0.9);
    expect(coverage(200, () => autocorrelated(100, 0.5))).toBeGreaterThan(0.82);
  });
});
