/** Missed slots in words: stretches, their times, how many. */
import { expect, it } from 'vitest';
import { MissedSlots } from '../../src/scenarios/missed-slots.ts';

function messageOf(slots: readonly number[]): string | undefined {
  const missed = new MissedSlots();
  for (const slot of slots) missed.add(slot, slot * 1_000);
  return missed.warnings()[0]?.message;
}

it.each([
  [[], undefined],
  [[4], '1 planned call was missed: one at 4.0 s'],
  [[3, 4, 5, 9], '4 planned calls were missed: 3 from 3.0 to 5.0 s, one at 9.0 s'],
  [
    [1, 3, 5, 7, 9, 11, 13],
    '7 planned calls were missed: one at 1.0 s, one at 3.0 s, one at 5.0 s, one at 7.0 s, one at 9.0 s, and 2 more times',
  ],
])('%j', (slots, message) => {
  expect(messageOf(slots)).toBe(message);
});
