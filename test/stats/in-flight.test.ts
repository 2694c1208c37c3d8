import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';
import { inFlight } from '../../src/stats/in-flight.ts';

const flight = (issuedMs: number, completedMs: number) => ({ issuedMs, completedMs });

describe('calls in flight', () => {
  it('are weighed by time', () => {
    expect(inFlight([flight(0, 5), flight(2, 4)], [0, 10])).toEqual([{ mean: 0.7, max: 2 }]);
  });

  it('reach over the edges of windows', () => {
    expect(inFlight([flight(5, 25)], [0, 10, 20, 30])).toEqual([
      { mean: 0.5, max: 1 },
      { mean: 1, max: 1 },
      { mean: 0.5, max: 1 },
    ]);
  });

  it('are one where one ends as the other begins, also at an edge', () => {
    expect(inFlight([flight(0, 10), flight(10, 20)], [0, 10, 20])).toEqual([
      { mean: 1, max: 1 },
      { mean: 1, max: 1 },
    ]);
  });

  it('are none without calls', () => {
    expect(inFlight([], [0, 10])).toEqual([{ mean: 0, max: 0 }]);
  });

  it('agree with counting at every millisecond', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 200; round++) {
      const calls = Array.from({ length: 1 + Math.floor(random() * 30) }, () => {
        const at = Math.floor(random() * 100);
        return flight(at, at + Math.floor(random() * 40));
      });
      const edges = [0, 30, 31, 90, 160];
      const counted = edges.slice(1).map((end, i) => {
        const each = Array.from({ length: end - edges[i]! }, (_, ms) => edges[i]! + ms).map(
          ms => calls.filter(({ issuedMs, completedMs }) => issuedMs <= ms && ms < completedMs).length,
        );
        return { mean: each.reduce((sum, count) => sum + count, 0) / each.length, max: Math.max(...each) };
      });
      const found = inFlight(calls, edges);
      expect(found.map(({ max }) => max)).toEqual(counted.map(({ max }) => max));
      for (const [i, { mean }] of found.entries()) expect(mean).toBeCloseTo(counted[i]!.mean, 9);
    }
  });
});
