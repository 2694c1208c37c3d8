import { describe, expect, it } from 'vitest';
import { callCostUsd } from '../../src/core/call-cost.ts';
import { PRICES } from '../../src/core/prices.ts';
import { CostWatch } from '../../src/runs/cost-watch.ts';
import { sampleWith } from '../sample.ts';

const INFO = { connection: 'keep', frontDoor: 'url', memoryMb: 1024 } as const;
const second = callCostUsd({ billedMs: 1_000, memoryMb: 1024 });
const call = (seq: number, more = {}) => sampleWith({ seq, issuedMs: 0, completedMs: 1_000, ...more });
const failed = (kind: string, httpStatus?: number) =>
  ({ outcome: { ok: false, error: { kind, message: '', ...(httpStatus && { httpStatus }) } } }) as const;

describe('what a run costs', () => {
  it('is estimated by the time here, until the log tells', () => {
    const watch = new CostWatch(1, PRICES);
    watch.add('lambda', call(0), INFO);
    expect(watch.spentUsd).toBeCloseTo(second, 12);
    watch.correct('lambda', 0, { log: { durationMs: 499, billedMs: 500 } });
    watch.correct('lambda', 0, { log: { durationMs: 499, billedMs: 500 } });
    expect(watch.spentUsd).toBeCloseTo(callCostUsd({ billedMs: 500, memoryMb: 1024 }), 12);
  });

  it('is what was billed where the answer came with it', () => {
    const watch = new CostWatch(1, PRICES);
    watch.add('lambda', call(0, { evidence: { log: { durationMs: 199.5, billedMs: 200 } } }), INFO);
    expect(watch.spentUsd).toBeCloseTo(callCostUsd({ billedMs: 200, memoryMb: 1024 }), 12);
  });

  it('leaves out what never came to the function, and this process', () => {
    const watch = new CostWatch(1, PRICES);
    for (const outcome of [failed('throttled', 429), failed('refused'), failed('http-403', 403)]) {
      watch.add('lambda', call(0, outcome), INFO);
    }
    watch.add('local', call(1), {});
    expect(watch.spentUsd).toBe(0);
    watch.add('lambda', call(2, failed('http-5xx', 502)), INFO);
    expect(watch.spentUsd).toBeCloseTo(second, 12);
  });

  it('would pass the limit with one more call as dear as the dearest', () => {
    const watch = new CostWatch(2.5 * second, PRICES);
    watch.add('lambda', call(0), INFO);
    expect(watch.wouldPass).toBe(false);
    watch.add('lambda', call(1), INFO);
    expect(watch.wouldPass).toBe(true);
  });

  it('counts failed calls from before the memory was known, once it is', () => {
    const { memoryMb: _, ...unknown } = INFO;
    const watch = new CostWatch(1, PRICES);
    watch.add('lambda', call(0, failed('http-5xx', 500)), unknown);
    expect(watch.spentUsd).toBe(0);
    watch.add('lambda', call(1), INFO);
    expect(watch.spentUsd).toBeCloseTo(2 * second, 12);
  });

  it('is an error where nobody knows', () => {
    const { memoryMb: _, ...unknown } = INFO;
    expect(() => new CostWatch(1, PRICES).add('lambda', call(0), unknown)).toThrow(
      'the function does not tell its memory',
    );
  });

  it('is by the prices that were given, the dearer processor, and the largest request where its size is not known', () => {
    const { x86_64, arm64 } = PRICES.lambda.gbSecond;
    const prices = {
      ...PRICES,
      lambda: { ...PRICES.lambda, gbSecond: { x86_64: arm64, arm64: x86_64 }, requestUsd: 1 },
    };
    const watch = new CostWatch(100, prices);
    watch.add('lambda', call(0), INFO);
    expect(watch.spentUsd).toBeCloseTo(1 + 0.000_016_666_7, 9);
    const behind = new CostWatch(100, PRICES);
    behind.add('lambda', call(0), { ...INFO, frontDoor: 'http-api' });
    // 6 MB are twelve units of 512 KB, at a dollar a million.
    expect(behind.spentUsd).toBeCloseTo(second + 12e-6, 12);
  });
});
