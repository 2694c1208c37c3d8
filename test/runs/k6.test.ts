/** Rates as k6 takes them, and its points put together into requests. */
import { describe, expect, it } from 'vitest';
import type { K6Point } from '../../src/runs/k6/points.ts';
import { timeMs } from '../../src/runs/k6/points.ts';
import { requestsOf } from '../../src/runs/k6/requests.ts';
import { k6Rate } from '../../src/runs/k6/script.ts';

describe("a rate in k6's whole numbers", () => {
  it.each([
    [20, 20, 1],
    [12.5, 25, 2],
    [0.5, 1, 2],
    [0.1, 1, 10],
    [33.333333, 33_333_333, 1_000_000],
    [100_000, 100_000, 1],
  ])('%d a second', (perSecond, rate, timeUnitS) => {
    expect(k6Rate(perSecond)).toEqual({ rate, timeUnitS });
  });
});

it.each([
  ['2026-01-02T03:04:05Z', 1_767_323_045_000],
  ['2026-01-02T03:04:05.5Z', 1_767_323_045_500],
  ['2026-01-02T03:04:05.123456789Z', 1_767_323_045_123.457],
  ['2026-01-02T05:04:05.25+02:00', 1_767_323_045_250],
])('the time %s', (text, ms) => {
  expect(timeMs(text)).toBeCloseTo(ms, 3);
});

async function requests(...points: K6Point[]) {
  async function* stream() {
    yield* points;
  }
  const all = [];
  for await (const request of requestsOf(stream())) all.push(request);
  return all;
}

const point = (metric: string, value: number, seq?: number, second = 1): K6Point => ({
  metric,
  value,
  time: `2026-01-02T03:04:0${second}Z`,
  tags: { status: '200' },
  metadata: seq === undefined ? {} : { seq: String(seq) },
});

describe('points', () => {
  it('of calls that overlap are told apart by their numbers', async () => {
    const found = await requests(
      point('http_req_duration', 10, 1),
      point('http_req_duration', 20, 2),
      point('http_req_blocked', 1, 1),
      point('http_req_blocked', 2, 2),
      point('iteration_duration', 30, 2),
      point('iteration_duration', 40, 1),
    );
    expect(found.map(({ metadata, times }) => [metadata.seq, times])).toEqual([
      ['2', { duration: 20, blocked: 2 }],
      ['1', { duration: 10, blocked: 1 }],
    ]);
  });

  it('of a script that is not ours by their time, and two at the same time by the figure that comes again', async () => {
    const found = await requests(
      point('http_reqs', 1),
      point('http_req_duration', 10),
      point('http_reqs', 1),
      point('http_req_duration', 11),
      point('vus', 3),
      point('http_reqs', 1, undefined, 2),
      point('http_req_duration', 12, undefined, 2),
    );
    expect(found.map(({ times }) => times.duration)).toEqual([10, 11, 12]);
  });
});
