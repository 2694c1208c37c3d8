import { expect, it } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';
import { paretoBest } from '../../src/stats/pareto.ts';

it.each([
  [
    'each best in one',
    [
      [1, 3],
      [2, 2],
      [3, 1],
    ],
    [true, true, true],
  ],
  [
    'one that another beats in both',
    [
      [1, 1],
      [2, 2],
    ],
    [true, false],
  ],
  [
    'one that is as good in one and worse in the other',
    [
      [1, 1],
      [1, 2],
    ],
    [true, false],
  ],
  [
    'equal ones',
    [
      [1, 1],
      [1, 1],
    ],
    [true, true],
  ],
  [
    'one of which nobody knows',
    [
      [1, undefined],
      [2, 2],
    ],
    [undefined, true],
  ],
  ['none', [], []],
] as [string, [number, number | undefined][], (boolean | undefined)[]][])('%s', (_, points, best) => {
  expect(paretoBest(points)).toEqual(best);
});

it('leaves at least one, and every other one is beaten by one of those', () => {
  const random = seededRandom(3);
  for (let round = 0; round < 200; round++) {
    const points = Array.from(
      { length: 1 + Math.floor(random() * 12) },
      () => [Math.floor(random() * 6), Math.floor(random() * 6)] as const,
    );
    const best = paretoBest(points);
    const chosen = points.filter((_, i) => best[i]);
    expect(chosen.length).toBeGreaterThan(0);
    for (const [i, [x, y]] of points.entries()) {
      const beaten = chosen.some(([a, b]) => a <= x && b <= y && (a < x || b < y));
      expect(beaten).toBe(!best[i]);
    }
  }
});
