/** The real clock, and the tests' own. Nothing here says how fast. */
import { describe, expect, it } from 'vitest';
import { startClock } from '../../src/core/clock.ts';
import { FakeClock } from '../fake-clock.ts';

const never = new AbortController().signal;
const CLOCKS = { 'the clock of a run': startClock, "the tests' clock": () => new FakeClock() };

describe.each(Object.entries(CLOCKS))('%s', (_, create) => {
  it('never wakes a sleeper before the time', async () => {
    const clock = create();
    for (let i = 0; i < 20; i++) {
      const atMs = clock.nowMs() + 0.3 * i;
      await clock.sleepUntil(atMs, never);
      expect(clock.nowMs()).toBeGreaterThanOrEqual(atMs);
    }
  });

  it('wakes sleepers in the order of their times', async () => {
    const clock = create();
    const woken: number[] = [];
    await Promise.all([40, 5, 20].map(async at => woken.push(await clock.sleepUntil(at, never).then(() => at))));
    expect(woken).toEqual([5, 20, 40]);
  });

  it('returns at once when the time has passed, also when it is the start', async () => {
    const clock = create();
    await clock.sleepUntil(-1, never);
    await clock.sleepUntil(0, never);
  });

  it('wakes when it is aborted, before and during the sleep', async () => {
    const clock = create();
    const year = clock.nowMs() + 365 * 86_400_000;
    await clock.sleepUntil(year, AbortSignal.abort());
    const abort = new AbortController();
    const sleeping = clock.sleepUntil(year, abort.signal);
    abort.abort();
    await sleeping;
    expect(clock.nowMs()).toBeLessThan(year);
  });
});

it('the clock of a run begins at zero and only grows', () => {
  const clock = startClock();
  let last = 0;
  for (let i = 0; i < 1000; i++) {
    const now = clock.nowMs();
    expect(now).toBeGreaterThanOrEqual(last);
    last = now;
  }
});

it('lets everything else have its turn while it is behind', async () => {
  const clock = startClock();
  let turned = false;
  setTimeout(() => {
    turned = true;
  }, 0);
  const { signal } = new AbortController();
  for (const endMs = clock.nowMs() + 200; clock.nowMs() < endMs; ) await clock.sleepUntil(0, signal);
  expect(turned).toBe(true);
});
