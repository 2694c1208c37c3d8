/** Fisher's exact test against figures of scipy.stats.fisher_exact and Fisher's own example. */
import { expect, it } from 'vitest';
import { fisherExact } from '../../src/stats/fisher.ts';

const of = (marked: number, count: number) => ({ marked, count });

it.each([
  // The lady tasting tea.
  [of(3, 4), of(1, 4), 0.485714285714],
  [of(4, 4), of(0, 4), 0.028571428571],
  [of(8, 10), of(1, 6), 0.034965034965],
  [of(0, 100), of(1, 100), 1],
  [of(0, 120), of(81, 120), 0],
  [of(0, 100), of(6, 100), 0.028930282023],
  [of(0, 0), of(3, 5), 1],
])('%j against %j: %d', (one, other, pValue) => {
  expect(fisherExact(one, other)).toBeCloseTo(pValue, 9);
  expect(fisherExact(other, one)).toBeCloseTo(pValue, 9);
});

it('takes long runs', () => {
  expect(fisherExact(of(100, 100_000), of(100, 100_000))).toBeCloseTo(1, 6);
  expect(fisherExact(of(100, 100_000), of(200, 100_000))).toBeLessThan(1e-6);
});

it('refuses what cannot be', () => {
  expect(() => fisherExact(of(3, 2), of(0, 1))).toThrow(RangeError);
});
