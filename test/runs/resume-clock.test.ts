/** Where the clock of a resumed run begins. */
import { describe, expect, it } from 'vitest';
import type { RecordHead } from '../../src/core/record.ts';
import { resumeClock } from '../../src/runs/resume-clock.ts';

const SIGN_AT = new Date('2026-11-23T18:40:02Z');

function clockAfter(gapMs: number, { lastSignMs, nextSlotMs }: { lastSignMs: number; nextSlotMs: number }) {
  const resumed = {
    folder: '',
    bytes: 0,
    head: {} as RecordHead,
    done: new Map(),
    lastSignMs,
    lastSignAt: SIGN_AT,
    nextSlotMs,
  };
  return resumeClock(resumed, new Date(SIGN_AT.getTime() + gapMs));
}

describe('the clock goes on', () => {
  it.each([
    ['where it would be without a gap, before the next slot', 1_000, { lastSignMs: 9_000, nextSlotMs: 30_020 }, 10_000],
    ['at once', 0, { lastSignMs: 9_000, nextSlotMs: 30_020 }, 9_000],
    ['at the next slot, just reached', 21_020, { lastSignMs: 9_000, nextSlotMs: 30_020 }, 30_020],
    ['at the next slot, long past', 86_400_000, { lastSignMs: 9_000, nextSlotMs: 30_020 }, 30_020],
    ['at a slot that was in flight', 5_000, { lastSignMs: 9_000, nextSlotMs: 8_500 }, 8_500],
    [
      'where it was, after a wall clock that was set back',
      -3_600_000,
      { lastSignMs: 9_000, nextSlotMs: 30_020 },
      9_000,
    ],
    ['at a slot in flight, after a wall clock that was set back', -1, { lastSignMs: 9_000, nextSlotMs: 8_500 }, 8_500],
    ['where it was, with nothing left', 60_000, { lastSignMs: 9_000, nextSlotMs: 9_000 }, 9_000],
  ])('%s', (_, gapMs, known, offsetMs) => {
    expect(clockAfter(gapMs, known).offsetMs).toBe(offsetMs);
  });

  it('from there on, and never back', () => {
    const { clock, offsetMs } = clockAfter(60_000, { lastSignMs: 9_000, nextSlotMs: 30_020 });
    const readings = Array.from({ length: 1_000 }, () => clock.nowMs());
    expect(readings[0]).toBeGreaterThanOrEqual(offsetMs);
    expect(readings).toEqual([...readings].sort((a, b) => a - b));
  });

  it('and is at its next slot without waiting', async () => {
    const { clock, offsetMs } = clockAfter(60_000, { lastSignMs: 9_000, nextSlotMs: 30_020 });
    await clock.sleepUntil(30_020, new AbortController().signal);
    expect(offsetMs).toBe(30_020);
    expect(clock.nowMs()).toBeGreaterThanOrEqual(30_020);
  });
});
