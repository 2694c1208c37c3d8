/** Which picture a call shows: fair, and the same for the same number. */
import { describe, expect, it } from 'vitest';
import { inTurns, shuffled } from '../../src/scenarios/picture-order.ts';

const sequence = (order: (seq: number) => number, length: number) => Array.from({ length }, (_, seq) => order(seq));

it('in turns', () => {
  expect(sequence(inTurns(3), 7)).toEqual([0, 1, 2, 0, 1, 2, 0]);
});

describe('shuffled', () => {
  it('shows each once a round, and rounds differ', () => {
    const rounds = Array.from({ length: 20 }, (_, round) =>
      sequence(shuffled(5, 1), 100).slice(round * 5, round * 5 + 5),
    );
    for (const round of rounds) expect([...round].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(rounds.map(String)).size).toBeGreaterThan(10);
  });

  it('is the same for the same seed, from wherever it is asked, and another for another', () => {
    const whole = sequence(shuffled(7, 42), 70);
    const asked = shuffled(7, 42);
    for (const seq of [69, 3, 40, 40, 0, 13]) expect(asked(seq)).toBe(whole[seq]);
    expect(sequence(shuffled(7, 43), 70)).not.toEqual(whole);
  });

  it('every picture comes at every place of a round equally often', () => {
    const order = shuffled(4, 9);
    const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    for (let seq = 0; seq < 40_000; seq++) counts[seq % 4]![order(seq)]!++;
    // 2,500 each; the standard deviation is 43.
    for (const place of counts) for (const count of place) expect(Math.abs(count - 2_500)).toBeLessThan(200);
  });

  it('one picture alone', () => {
    expect(sequence(shuffled(1, 3), 3)).toEqual([0, 0, 0]);
  });
});
