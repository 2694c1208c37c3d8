/** Missed slots become stretches: those in a row are one. */
import { expect, it } from 'vitest';
import type { MissedStretch } from '../../src/core/scenario.ts';
import { MissedSlots } from '../../src/scenarios/missed-slots.ts';

it('joins slots in a row, and tells a stretch when it is over', () => {
  const told: MissedStretch[] = [];
  const missed = new MissedSlots(stretch => told.push(stretch));
  missed.over();
  missed.add(3, 3_000);
  missed.add(4, 4_000);
  missed.add(5, 5_000);
  expect(told).toEqual([]);
  missed.over();
  missed.add(9, 9_000);
  missed.over();
  missed.over();
  expect(told).toEqual([
    { firstSeq: 3, fromMs: 3_000, toMs: 5_000, count: 3 },
    { firstSeq: 9, fromMs: 9_000, toMs: 9_000, count: 1 },
  ]);
});
