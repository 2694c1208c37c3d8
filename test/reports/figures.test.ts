/** Figures as people read them. */
import { describe, expect, it } from 'vitest';
import {
  formatMb,
  formatMs,
  formatPercent,
  formatTail,
  formatWithInterval,
  plural,
} from '../../src/reports/figures.ts';
import { distributionOf } from '../../src/stats/distribution.ts';
import { lognormalTimes, seededRandom } from '../random.ts';

describe('formatMs', () => {
  it.each([
    [1_234_567, '1234567'],
    [1234.4, '1234'],
    [123.4, '123'],
    [100, '100'],
    [99.94, '99.9'],
    [12.34, '12.3'],
    [10, '10.0'],
    [9.994, '9.99'],
    [1.234, '1.23'],
    [1, '1.00'],
    [0.9994, '0.999'],
    [0.0123, '0.012'],
    [0, '0.000'],
    [-0.25, '-0.250'],
    [-12.34, '-12.3'],
    [-1234, '-1234'],
  ])('of %d is %s', (ms, text) => {
    expect(formatMs(ms)).toBe(text);
  });

  it('is within half of its last digit, and never in powers of ten, for any time', () => {
    for (const ms of lognormalTimes(500, seededRandom(7)).flatMap(ms => [ms, ms / 1000, ms * 1000, -ms])) {
      const text = formatMs(ms);
      expect(text).toMatch(/^-?\d+(\.\d{1,3})?$/);
      const places = text.split('.')[1]?.length ?? 0;
      expect(Math.abs(Number(text) - ms)).toBeLessThanOrEqual(0.5001 * 10 ** -places);
    }
  });
});

describe('formatWithInterval', () => {
  it.each([
    [20.9, [20.8, 21.04], '20.9 [20.8, 21.0]'],
    [20.9, [20.8, null], '20.9 [20.8, ...]'],
    [20.9, [null, 21.04], '20.9 [..., 21.0]'],
    [20.9, [null, null], '20.9 [..., ...]'],
    [null, [20.8, null], '-'],
    [null, [null, null], '-'],
    [0, [0, 0], '0.000 [0.000, 0.000]'],
  ] as const)('of %j and %j is %s', (value, interval, text) => {
    expect(formatWithInterval(value, interval)).toBe(text);
  });
});

describe('formatTail', () => {
  const upTo = (count: number) => distributionOf(Array.from({ length: count }, (_, i) => i + 1))!;

  it('of a closed interval is the percentile', () => {
    expect(formatTail(upTo(72), 'p95')).toBe('69.0');
    expect(formatTail(upTo(368), 'p99')).toBe('365');
  });

  it('of an open one is what the sample shows: not below the lower end', () => {
    // The soak's sixty calls: P(B <= 53) = 3.0 %, P(B <= 52) = 0.9 %, so the 53rd value is the lower end.
    expect(formatTail(upTo(60), 'p95')).toBe('>= 53.0');
    expect(formatTail(upTo(71), 'p95')).toMatch(/^>= /);
    expect(formatTail(upTo(100), 'p99')).toMatch(/^>= /);
  });

  it('is unknown where the sample does not support it, whatever the interval', () => {
    expect(formatTail(upTo(10), 'p95')).toBe('-');
    expect(formatTail(upTo(99), 'p99')).toBe('-');
    expect(formatTail(upTo(9), 'p90')).toBe('-');
  });
});

it.each([
  [0.777, '77.7 %'],
  [1, '100.0 %'],
  [0, '0.0 %'],
  [0.00049, '0.0 %'],
  [0.0005, '0.1 %'],
])('formatPercent of %d is %s', (fraction, text) => {
  expect(formatPercent(fraction)).toBe(text);
});

it('formatMb rounds', () => {
  expect([61.7, 213.4, 0].map(formatMb)).toEqual(['62', '213', '0']);
});

it('plural', () => {
  expect([0, 1, 2].map(count => plural(count, 'cold call'))).toEqual(['0 cold calls', '1 cold call', '2 cold calls']);
  expect([1, 2].map(count => plural(count, 'query', 'queries'))).toEqual(['1 query', '2 queries']);
});
