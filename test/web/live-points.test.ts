/** Times of a soak for a chart: nothing is lost in sum, however long it gets. */
import { expect, it } from 'vitest';
import type { Sample } from '../../src/core/sample.ts';
import { LivePoints } from '../../src/web/live-points.ts';

function sample(seq: number, responseMs: number, ok = true): Sample {
  return {
    ...{ seq, image: 'a.png', phase: 'measured', start: seq === 0 ? 'cold' : 'warm', trace: 'off' },
    ...{ scheduledMs: seq * 100, issuedMs: seq * 100, completedMs: seq * 100 + responseMs },
    outcome: ok ? { ok: true } : { ok: false, error: { kind: 'timeout', message: 'late' } },
    ...{ predictions: [], timings: {}, memory: {} },
  };
}

it('has a point for each call while they are few', () => {
  const points = new LivePoints();
  for (const [seq, ms] of [30, 10, 20].entries()) points.add(seq * 100, sample(seq, ms, seq !== 1));
  expect(points.callsPerPoint).toBe(1);
  expect(points.points).toEqual([
    { atMs: 0, leastMs: 30, mostMs: 30, calls: 1, failed: 0, firsts: 1 },
    { atMs: 100, leastMs: 10, mostMs: 10, calls: 1, failed: 1, firsts: 0 },
    { atMs: 200, leastMs: 20, mostMs: 20, calls: 1, failed: 0, firsts: 0 },
  ]);
});

it('keeps the number of calls, the extremes and the failures when they are many', () => {
  const points = new LivePoints();
  const calls = 20_000;
  for (let seq = 0; seq < calls; seq++) points.add(seq * 100, sample(seq, 10 + (seq % 50), seq % 1_000 !== 7));
  expect(points.points.length).toBeLessThanOrEqual(400);
  const sum = (name: 'calls' | 'failed' | 'firsts') => points.points.reduce((all, point) => all + point[name], 0);
  expect([sum('calls'), sum('failed'), sum('firsts')]).toEqual([calls, 20, 1]);
  expect(Math.min(...points.points.map(({ leastMs }) => leastMs))).toBe(10);
  expect(Math.max(...points.points.map(({ mostMs }) => mostMs))).toBe(59);
  const times = points.points.map(({ atMs }) => atMs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});
