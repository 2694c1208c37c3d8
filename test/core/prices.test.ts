import { expect, it } from 'vitest';
import { callCostUsd } from '../../src/core/prices.ts';

it('a second at 1024 MB and a request', () => {
  expect(callCostUsd({ billedMs: 1_000, memoryMb: 1_024 })).toBeCloseTo(0.000_016_666_7 + 0.000_000_2, 12);
});

it('an HTTP API on top, by begun 512 KB', () => {
  const url = callCostUsd({ billedMs: 100, memoryMb: 2_048, frontDoor: 'url' });
  const of = (requestBytes: number) =>
    callCostUsd({ billedMs: 100, memoryMb: 2_048, frontDoor: 'http-api', requestBytes }) - url;
  expect([of(1), of(512 * 1024), of(512 * 1024 + 1)].map(usd => Math.round(usd * 1e9))).toEqual([1_000, 1_000, 2_000]);
});
