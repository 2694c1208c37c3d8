/** Schedules are pure: a table of what leaves when, and what holds whatever the numbers are. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';
import { constantRate, countWithin, every, poisson, type Schedule, within } from '../../src/scenarios/schedule.ts';

function first(count: number, schedule: Schedule): number[] {
  const offsets: number[] = [];
  for (const offset of schedule) {
    if (offsets.length === count) break;
    offsets.push(offset);
  }
  return offsets;
}

describe('every', () => {
  it.each([
    [30_000, 0, [0, 30_000, 60_000]],
    [30_000, 15_000, [15_000, 45_000, 75_000]],
    [0.1, 0, [0, 0.1, 0.2]],
  ])('%d ms from %d ms on', (intervalMs, firstMs, offsets) => {
    expect(first(3, every(intervalMs, firstMs))).toEqual(offsets);
  });

  it('does not gather rounding over a day', () => {
    const last = first(864_001, every(100.1)).at(-1);
    expect(last).toBe(864_000 * 100.1);
  });

  it.each([0, -1, Number.NaN])('refuses an interval of %d', intervalMs => {
    expect(() => every(intervalMs)).toThrow(RangeError);
  });

  it('can be gone through again', () => {
    const schedule = every(10);
    expect(first(2, schedule)).toEqual(first(2, schedule));
  });
});

describe('countWithin', () => {
  it.each([
    [30_000, 0, 1_800_000],
    [30_000, 15_000, 1_800_000],
    [0.1, 0, 1],
    [0.3, 0.1, 0.9],
    [1_000 / 7, 0, 1_000],
    [7, 100, 100],
    [7, 101, 100],
    [250, 83.333, 0.001],
  ])('of one each %d ms from %d ms on within %d ms is what the schedule makes', (intervalMs, firstMs, durationMs) => {
    const made = [...within(every(intervalMs, firstMs), durationMs)].length;
    expect(countWithin(intervalMs, firstMs, durationMs)).toBe(made);
  });

  it('is so for any numbers', () => {
    const random = seededRandom(1);
    for (let i = 0; i < 2_000; i++) {
      const [intervalMs, firstMs, durationMs] = [0.01 + random(), random(), 100 * random()];
      const made = [...within(every(intervalMs, firstMs), durationMs)].length;
      expect(countWithin(intervalMs, firstMs, durationMs), `${intervalMs} ${firstMs} ${durationMs}`).toBe(made);
    }
  });
});

describe('within', () => {
  it.each([
    [30_000, 1_800_000, 60],
    [30_000, 1_800_001, 61],
    [30_000, 29_999, 1],
    [7, 100, 15],
  ])('one each %d ms in %d ms are %d', (intervalMs, durationMs, count) => {
    expect([...within(every(intervalMs), durationMs)]).toHaveLength(count);
  });

  it('may be none', () => {
    expect([...within(every(10, 100), 100)]).toEqual([]);
  });
});

describe('rates', () => {
  it('a constant one has even distances', () => {
    expect(first(4, constantRate(20))).toEqual([0, 50, 100, 150]);
  });

  it('a Poisson one has exponential distances of the right mean, the same for the same seed', () => {
    const offsets = first(20_000, poisson(50, 7));
    expect(first(20_000, poisson(50, 7))).toEqual(offsets);
    expect(first(5, poisson(50, 8))).not.toEqual(offsets.slice(0, 5));
    const gaps = offsets.map((at, i) => at - (offsets[i - 1] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
    const mean = offsets.at(-1)! / gaps.length;
    expect(mean).toBeGreaterThan(19.5);
    expect(mean).toBeLessThan(20.5);
    // As long as the mean or longer is 1/e of them.
    const long = gaps.filter(gap => gap >= 20).length / gaps.length;
    expect(long).toBeGreaterThan(0.35);
    expect(long).toBeLessThan(0.386);
  });

  it.each([0, -5, Number.NaN])('refuses a rate of %d', rate => {
    expect(() => poisson(rate, 1)).toThrow(RangeError);
    expect(() => constantRate(rate)).toThrow(RangeError);
  });
});
