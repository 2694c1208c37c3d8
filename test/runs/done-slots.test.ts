/** Which slots of a schedule are done: whatever the order, and in no more memory than gaps take. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';
import { DoneSlots } from '../../src/runs/done-slots.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

function doneAfter(seqs: readonly number[], of: number): number[] {
  const slots = new DoneSlots();
  for (const seq of seqs) slots.add(seq);
  return upTo(of).filter(seq => slots.has(seq));
}

describe('slots', () => {
  it.each([
    ['none', [], []],
    ['the first', [0], [0]],
    ['in a row', [0, 1, 2, 3], [0, 1, 2, 3]],
    ['with a gap at the start', [1, 2], [1, 2]],
    ['with gaps', [0, 2, 3, 5], [0, 2, 3, 5]],
    ['with a gap that is filled later', [0, 2, 3, 1], [0, 1, 2, 3]],
    ['backward', [4, 3, 2, 1, 0], [0, 1, 2, 3, 4]],
    ['some twice', [0, 0, 2, 2, 1, 0, 2], [0, 1, 2]],
  ])('%s', (_, added, done) => {
    expect(doneAfter(added, 8)).toEqual(done);
  });

  it('in any order come to the same', () => {
    const random = seededRandom(4711);
    for (let round = 0; round < 50; round++) {
      const some = upTo(60).filter(() => random() < 0.7);
      const shuffled = [...some].sort(() => random() - 0.5);
      expect(doneAfter(shuffled, 60)).toEqual(some);
    }
  });

  it('in a row take no memory, also when they come a little out of order', () => {
    const slots = new DoneSlots();
    const before = process.memoryUsage().heapUsed;
    for (let seq = 0; seq < 4_000_000; seq += 4) for (const next of [1, 0, 3, 2]) slots.add(seq + next);
    // As a set they would be a hundred megabytes.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(40e6);
    expect([0, 1_999_999, 3_999_999, 4_000_000].map(seq => slots.has(seq))).toEqual([true, true, true, false]);
  });
});
