/** Costs against what a hand computes: units, tiers and their boundaries. */
import { describe, expect, it } from 'vitest';
import { breakEvenCalls, callCostUsd, monthCostUsd, usageOf } from '../../src/core/call-cost.ts';
import { PRICES, priceListSchema } from '../../src/core/prices.ts';
import { parseTraffic } from '../../src/core/traffic.ts';

it('a second at 1024 MB and a request', () => {
  expect(callCostUsd({ billedMs: 1_000, memoryMb: 1_024 })).toBeCloseTo(0.000_016_666_7 + 0.000_000_2, 12);
});

it('an HTTP API on top, by begun 512 KB', () => {
  const url = callCostUsd({ billedMs: 100, memoryMb: 2_048, frontDoor: 'url' });
  const of = (requestBytes: number) =>
    callCostUsd({ billedMs: 100, memoryMb: 2_048, frontDoor: 'http-api', requestBytes }) - url;
  expect([of(1), of(512 * 1024), of(512 * 1024 + 1)].map(usd => Math.round(usd * 1e9))).toEqual([1_000, 1_000, 2_000]);
});

describe('a month', () => {
  const terms = (freeTier = false, architecture: 'x86_64' | 'arm64' = 'x86_64') => ({
    ...{ prices: PRICES, freeTier, architecture },
  });
  /** One GB-second a call, through a Function URL. */
  const usage = usageOf({ billedMs: 1_000, memoryMb: 1_024 });

  it.each([
    // By hand: GB-seconds times their price, and 0.20 a million requests.
    ['a million calls', 1e6, terms(), 16.6667 + 0.2],
    ['the last of the first tier', 6e9, terms(), 6e9 * 0.0000166667 + 1_200],
    ['one beyond it', 6e9 + 1e6, terms(), 6e9 * 0.0000166667 + 1e6 * 0.000015 + 1_200.2],
    ['all three tiers', 16e9, terms(), 6e9 * 0.0000166667 + 9e9 * 0.000015 + 1e9 * 0.0000133334 + 3_200],
    [
      'the tiers of Arm',
      20e9,
      terms(false, 'arm64'),
      7.5e9 * 0.0000133334 + 11.25e9 * 0.0000120001 + 1.25e9 * 0.0000106667 + 4_000,
    ],
    ['within the free tier', 400_000, terms(true), 0],
    ['beyond the free tier of seconds', 500_000, terms(true), 100_000 * 0.0000166667],
    ['beyond both', 1.5e6, terms(true), 1.1e6 * 0.0000166667 + 0.1],
  ])('of %s', (_, calls, given, usd) => {
    expect(monthCostUsd(calls, usage, given)).toBeCloseTo(usd, 4);
  });

  it('of an HTTP API: units of 512 KB, cheaper beyond 300 million', () => {
    const twoUnits = usageOf({ billedMs: 1_000, memoryMb: 1_024, frontDoor: 'http-api', requestBytes: 1_000_000 });
    expect(twoUnits.httpApiUnits).toBe(2);
    const apiUsd = (calls: number) => monthCostUsd(calls, twoUnits, terms()) - monthCostUsd(calls, usage, terms());
    expect(apiUsd(150e6)).toBeCloseTo(300, 4);
    expect(apiUsd(200e6)).toBeCloseTo(300 + 100 * 0.9, 4);
  });

  it('breaks even where both cost the same', () => {
    // 36.0401 USD / 16.8667 USD a million.
    const calls = breakEvenCalls(36.0401, usage, terms())!;
    expect(calls).toBeCloseTo(36.0401 / 0.0000168667, 0);
    expect(monthCostUsd(calls, usage, terms())).toBeCloseTo(36.0401, 6);
    expect(breakEvenCalls(36.0401, usage, terms(true))!).toBeGreaterThan(calls);
    // Beyond a tier boundary.
    const dear = breakEvenCalls(150_000, usage, terms())!;
    expect(dear).toBeGreaterThan(6e9);
    expect(monthCostUsd(dear, usage, terms())).toBeCloseTo(150_000, 4);
  });

  it('never breaks even where calls cost nothing', () => {
    const gbSecond = { x86_64: [{ upTo: null, usd: 0 }], arm64: [{ upTo: null, usd: 0 }] };
    const prices = { ...PRICES, lambda: { ...PRICES.lambda, gbSecond, requestUsd: 0 } };
    expect(breakEvenCalls(1, usage, { ...terms(), prices })).toBeUndefined();
  });
});

describe('the price list', () => {
  it('is one of its own shape', () => {
    expect(priceListSchema.parse(PRICES)).toEqual(PRICES);
  });

  it.each([
    [
      'tiers that do not ascend',
      [
        { upTo: 5, usd: 1 },
        { upTo: 4, usd: 1 },
        { upTo: null, usd: 1 },
      ],
    ],
    ['a last tier that ends', [{ upTo: 5, usd: 1 }]],
    ['no tier', []],
    ['a price below 0', [{ upTo: null, usd: -1 }]],
  ])('refuses %s', (_, unit) => {
    expect(priceListSchema.safeParse({ ...PRICES, httpApi: { ...PRICES.httpApi, unit } }).success).toBe(false);
  });
});

describe('traffic', () => {
  it.each([
    ['100/day', (100 * 730) / 24, 100 / 86_400],
    ['5/s', 5 * 2_628_000, 5],
    ['6/min', 0.1 * 2_628_000, 0.1],
    ['burst:50/s for 10m daily', (50 * 600 * 730) / 24, 50],
    ['burst: 2/s for 30s hourly', 60 * 730, 2],
  ])('%s', (text, callsAMonth, peakPerSecond) => {
    const traffic = parseTraffic(text)!;
    expect(traffic.callsAMonth).toBeCloseTo(callsAMonth, 6);
    expect(traffic.peakPerSecond).toBeCloseTo(peakPerSecond, 12);
  });

  it.each(['', '5', '0/s', '-1/s', '5/year', 'burst:5/s', 'burst:5/s for 2h hourly', 'burst:5/s for x daily', '1e9/s'])(
    'refuses %j',
    text => {
      expect(parseTraffic(text)).toBeUndefined();
    },
  );
});
