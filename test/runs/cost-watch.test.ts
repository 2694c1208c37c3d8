import { describe, expect, it } from 'vitest';
import { callCostUsd } from '../../src/core/call-cost.ts';
import { CostWatch } from '../../src/runs/cost-watch.ts';
import { sampleWith } from '../sample.ts';

const INFO = { connection: 'keep', frontDoor: 'url', memoryMb: 1024 } as const;
const second = callCostUsd({ billedMs: 1_000, memoryMb: 1024 });
const call = (seq: number, more = {}) => sampleWith({ seq, issuedMs: 0, completedMs: 1_000, ...more });
const failed = (kind: string, httpStatus?: number) =>
  ({ outcome: { ok: false, error: { kind, message: '', ...(httpStatus && { httpStatus }) } } }) as const;

describe('what a run costs', () => {
  it('is estimated by the time here, until the log tells', () => {
    const watch = new CostWatch(1);
    watch.add('lambda', call(0), INFO);
    expect(watch.spentUsd).toBeCloseTo(second, 12);
    watch.correct('lambda', 0, { log: { durationMs: 499, billedMs: 500 } });
    watch.correct('lambda', 0, { log: { durationMs: 499, billedMs: 500 } });
    expect(watch.spentUsd).toBeCloseTo(callCostUsd({ billedMs: 500, memoryMb: 1024 }), 12);
  });

  it('is what was billed where the answer came with it', () => {
    const watch = new CostWatch(1);
    watch.add('lambda', call(0, { evidence: { log: { durationMs: 199.5, billedMs: 200 } } }), INFO);
    expect(watch.spentUsd).toBeCloseTo(callCostUsd({ billedMs: 200, memoryMb: 1024 }), 12);
  });

  it('leaves out what never came to the function, and this process', () => {
    const watch = new CostWatch(1);
    for (const outcome of [failed('throttled', 429), failed('refused'), failed('http-403', 403)]) {
      watch.add('lambda', call(0, outcome), INFO);
    }
    watch.add('local', call(1), {});
    expect(watch.spentUsd).toBe(0);
    watch.add('lambda', call(2, failed('http-5xx', 502)), INFO);
    expect(watch.spentUsd).toBeCloseTo(second, 12);
  });

  it('would pass the limit with one more call as dear as the dearest', () => {
    const watch = new CostWatch(2.5 * second);
    watch.add('lambda', call(0), INFO);
    expect(watch.wouldPass).toBe(false);
    watch.add('lambda', call(1), INFO);
    expect(watch.wouldPass).toBe(true);
  });

  it('counts failed calls from before the memory was known, once it is', () => {
    const { memoryMb: _, ...unknown } = INFO;
    const watch = new CostWatch(1);
    watch.add('lambda', call(0, failed('http-5xx', 500)), unknown);
    expect(watch.spentUsd).toBe(0);
    watch.add('lambda', call(1), INFO);
    expect(watch.spentUsd).toBeCloseTo(2 * second, 12);
  });

  it('is an error where nobody knows', () => {
    const { memoryMb: _, ...unknown } = INFO;
    expect(() => new CostWatch(1).add('lambda', call(0), unknown)).toThrow('the function does not tell its memory');
  });
});
