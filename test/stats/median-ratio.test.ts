/** The ratio of two medians: exact where it can be, and its interval as wide as it claims. */
import { describe, expect, it } from 'vitest';
import { medianRatio as apart, pairedMedianRatio as medianRatio } from '../../src/stats/median-ratio.ts';
import { lognormalTimes, normal, seededRandom, shuffled } from '../random.ts';
import { autocorrelated } from '../simulated.ts';

const RANDOM = seededRandom(20);

describe('medianRatio', () => {
  it('divides the nearest-rank medians', () => {
    expect(medianRatio([3, 1, 2, 100], [10, 30, 20, 25])).toEqual({ ratio: 0.1, ci95: null, pValue: null });
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
    expect(medianRatio(withZeros, withZeros)).toEqual({ ratio: 1, ci95: null, pValue: null });
  });

  it('gives an interval from ten pairs on', () => {
    // Neighbours unlike each other, as independent values are on the whole.
    const [a, b] = [
      [20, 22, 19, 24, 21, 18, 23, 20, 25, 19],
      [21, 19, 23, 20, 18, 22, 19, 24, 20, 21],
    ];
    expect(medianRatio(a.slice(1), b.slice(1))?.ci95).toBeNull();
    expect(medianRatio(a, b)?.ci95).not.toBeNull();
  });

  it('gives none where neighbours resemble each other so much that they tell no more than a few', () => {
    const rising = Array.from({ length: 40 }, (_, i) => 20 + i);
    const level = Array.from({ length: 40 }, (_, i) => 20 + (i % 3));
    expect(medianRatio(rising, level)).toMatchObject({ ci95: null, pValue: null });
  });

  it('holds the ratio in its interval, which is a point for values that are all the same', () => {
    const same = (value: number) => Array<number>(12).fill(value);
    expect(medianRatio(same(4), same(2))).toMatchObject({ ratio: 2, ci95: [2, 2] });
    for (const count of [25, 31, 200]) {
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
    const drift = autocorrelated(0.9)(60, RANDOM);
    const noise = () => drift.map(ms => ms * Math.exp(0.01 * normal(RANDOM)));
    const width = ([low, high]: readonly [number, number]) => high - low;
    const paired = medianRatio(noise(), noise())!;
    const shuffledApart = medianRatio(noise(), shuffled(noise(), RANDOM))!;
    expect(width(paired.ci95!)).toBeLessThan(0.5 * width(shuffledApart.ci95!));
  });

  it('draws the runs of a side apart, however they are ordered among each other', () => {
    const [one, two] = [lognormalTimes(30, RANDOM), lognormalTimes(20, RANDOM).map(ms => ms * 3)];
    const baseline = [lognormalTimes(40, RANDOM)];
    expect(apart([one, two], baseline)!.ratio).toBe(apart([two, one], baseline)!.ratio);
    // As many of each are drawn each time: what lies between them is no noise of a single series.
    const width = ([low, high]: readonly [number, number]) => high / low;
    const mixed = apart([shuffled([...one, ...two], RANDOM)], baseline)!;
    expect(width(apart([one, two], baseline)!.ci95!)).toBeLessThan(width(mixed.ci95!));
  });

  it('has a p value that says what its interval says: at most 0.05 where that lies beyond the threshold', () => {
    let beyond = 0;
    for (let i = 0; i < 300; i++) {
      const [a, b] = [lognormalTimes(40, RANDOM), lognormalTimes(40, RANDOM).map(ms => ms * 1.35)];
      const { ci95, pValue } = apart([a], [b])!;
      const outside = ci95![1] < 1 / 1.02 || ci95![0] > 1.02;
      if (outside) beyond++;
      // At the very edge the two may round apart.
      if (Math.abs(pValue! - 0.05) > 0.005) expect(pValue! < 0.05).toBe(outside);
    }
    expect(beyond).toBeGreaterThan(30);
    expect(beyond).toBeLessThan(270);
  });

  it('has a p value that goes on falling where no draw lies within the threshold', () => {
    const [a, b] = [lognormalTimes(100, RANDOM), lognormalTimes(100, RANDOM)];
    const far = (factor: number) => apart([a.map(ms => ms * factor)], [b])!.pValue!;
    expect(far(3)).toBeLessThan(1e-6);
    expect(far(4)).toBeLessThan(far(3));
  });
});
