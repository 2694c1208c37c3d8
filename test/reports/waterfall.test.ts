/** One call as bars: where they stand, and what is said of it. */
import { describe, expect, it } from 'vitest';
import type { Evidence, TraceSpan } from '../../src/core/evidence.ts';
import type { Sample } from '../../src/core/record.ts';
import { type Bar, renderCall, waterfallOf } from '../../src/reports/waterfall.ts';
import { settle } from '../../src/runs/settle.ts';
import { failedSample, sampleWith } from '../sample.ts';
import { compared } from './record.ts';

const span = (part: TraceSpan['part'], name: string, startMs: number, endMs?: number): TraceSpan => ({
  ...{ part, name, startMs },
  ...(endMs !== undefined && { endMs }),
});
const COLD: Evidence = {
  trace: {
    ...{ state: 'complete', traceId: `1-0-${'0'.repeat(24)}`, join: 'handler', layout: 'old' },
    ...{ serviceSideMs: 600, initMs: 400, initAhead: false, invocationMs: 95, overheadMs: 4 },
    spans: [
      span('service', 'AWS::Lambda', 0, 600),
      span('init', 'Initialization', 90, 490),
      span('function', 'AWS::Lambda::Function', 495, 598),
      span('invocation', 'Invocation', 498, 593),
      span('overhead', 'Overhead', 594, 598),
    ],
  },
  log: { durationMs: 99.5, billedMs: 500, initMs: 400.2, maxMemoryMb: 210 },
};

/** 640 ms, of which AWS had 600 and the handler 90. */
function call(changes: Partial<Sample> = {}): Sample {
  return sampleWith({
    seq: 7,
    scheduledMs: 1_000,
    issuedMs: 1_000.5,
    completedMs: 1_640.5,
    start: 'cold',
    startBy: 'handler',
    requestId: '3f1a0c5e-6d2b-4a8e-9c47-0b1d2e3f4a5b',
    ...changes,
    timings: { connectMs: 4, requestMs: 1, firstByteMs: 634, downloadMs: 1, handlerMs: 90, ...changes.timings },
  });
}
const parts = { parseMs: 1, preprocessMs: 9, inferenceMs: 79, postprocessMs: 0.5 };
const within = (bars: readonly Bar[], name: string) => bars.find(bar => bar.name === name)!;

describe('with a trace', () => {
  const { bars, notes } = waterfallOf(settle(call({ timings: parts }), COLD));

  it('AWS stands in the middle, and the work at the start of its invocation', () => {
    expect(within(bars, 'call')).toEqual({ depth: 0, name: 'call', startMs: 0, endMs: 640 });
    expect(within(bars, 'AWS::Lambda')).toEqual({ depth: 1, name: 'AWS::Lambda', startMs: 20, endMs: 620 });
    expect(within(bars, 'Initialization')).toMatchObject({ depth: 2, startMs: 110, endMs: 510 });
    expect(within(bars, 'handler')).toMatchObject({ startMs: 518, endMs: 608 });
    expect(within(bars, 'inference')).toMatchObject({ startMs: 528, endMs: 607 });
    expect(bars.map(({ name }) => name)).toEqual([
      ...['call', 'connect', 'request', 'wait for first byte', 'download'],
      ...['AWS::Lambda', 'Initialization', 'AWS::Lambda::Function', 'Invocation'],
      ...['handler', 'parse', 'preprocess', 'inference', 'postprocess', 'Overhead'],
    ]);
    expect(notes).toHaveLength(3);
    expect(notes).toContainEqual(expect.stringContaining('Overhead is after the answer'));
  });

  it('is told with its evidence', () => {
    const text = renderCall(compared, compared.targets[1]!, settle(call({ timings: parts }), COLD), 100);
    expect(text).toContain('call 7 of lambda in ');
    expect(text).toContain('\ncold start, by its own word\n');
    expect(text).toContain('network 40.0 ms · init 400 ms · unexplained 110 ms · left late by 0.500 ms');
    expect(text).toContain('trace complete · 1-0-000000000000000000000000 · the function named it');
    expect(text).toContain(
      'log: Duration 99.5 ms · Billed Duration 500 ms · Init Duration 400 ms · Max Memory Used 210 MB',
    );
    expect(text).toContain('request 3f1a0c5e-6d2b-4a8e-9c47-0b1d2e3f4a5b');
  });

  it('that is partial shows what there is', () => {
    const trace = { state: 'partial' as const, spans: [span('service', 'AWS::Lambda', 0)] };
    const partial = waterfallOf(settle(call(), { trace }));
    expect(partial.bars.map(({ name }) => name)).not.toContain('AWS::Lambda');
    expect(partial.notes).toEqual([expect.stringContaining('no trace that tells')]);
  });
});

describe('in the new layout', () => {
  const NEW: Evidence = {
    trace: {
      ...{ state: 'complete', layout: 'new', serviceSideMs: 600, initMs: 400, initAhead: false },
      ...{ invocationMs: 95, overheadMs: 4 },
      spans: [
        span('service', 'AWS::Lambda', 0, 600),
        span('function', 'AWS::Lambda::Function', 90, 598),
        span('init', 'Init', 92, 492),
        span('overhead', 'Overhead', 594, 598),
      ],
    },
  };

  it('Invocation is derived from the times of the answer, and said to be', () => {
    const { bars, notes } = waterfallOf(settle(call({ timings: parts }), NEW));
    expect(within(bars, 'Invocation')).toMatchObject({ depth: 3, startMs: 519, endMs: 614, isDerived: true });
    expect(within(bars, 'handler')).toMatchObject({ depth: 4, startMs: 519 });
    expect(bars.slice(5).map(({ name }) => name)).toEqual([
      ...['AWS::Lambda', 'AWS::Lambda::Function', 'Init', 'Invocation'],
      ...['handler', 'parse', 'preprocess', 'inference', 'postprocess', 'Overhead'],
    ]);
    expect(notes).toContainEqual(expect.stringContaining('no Invocation of its own'));
    const text = renderCall(compared, compared.targets[1]!, settle(call({ timings: parts }), NEW), 100);
    expect(text).toMatch(/ {6}Invocation \(derived\) .* 95\.0 ms/);
  });

  it('and is left out where the trace does not tell them', () => {
    const { invocationMs: _, ...untold } = NEW.trace!;
    const { bars, notes } = waterfallOf(settle(call({ timings: parts }), { trace: untold }));
    expect(bars.map(({ name }) => name)).not.toContain('Invocation');
    expect(within(bars, 'handler')).toMatchObject({ startMs: 110 });
    expect(notes).toHaveLength(3);
  });
});

it('without one the work stands in the middle, and that is said', () => {
  const { bars, notes } = waterfallOf(call());
  expect(within(bars, 'handler')).toEqual({ depth: 1, name: 'handler', startMs: 275, endMs: 365 });
  expect(notes).toEqual([expect.stringContaining('no trace that tells')]);
});

it('in this process nothing is to be said of it', () => {
  const local = sampleWith({ issuedMs: 0, completedMs: 30, timings: { handlerMs: 30, inferenceMs: 20 } });
  expect(waterfallOf(local).notes).toEqual([]);
});

it('a call that failed has its own span and its reason', () => {
  const failed = failedSample('timeout', { seq: 3 });
  expect(waterfallOf(failed).bars.map(({ name }) => name)).toEqual(['call']);
  expect(renderCall(compared, compared.targets[1]!, failed, 80)).toContain('failed (timeout): ');
});

it.each([40, 80, 100, 300])('at %d columns no line is longer than them, as far as names allow', columns => {
  const text = renderCall(compared, compared.targets[1]!, settle(call({ timings: parts }), COLD), columns);
  const bars = text.split('\n').filter(line => line.includes('█'));
  expect(bars).toHaveLength(15);
  const longest = Math.max(...bars.map(({ length }) => length));
  expect(longest).toBeLessThanOrEqual(Math.max(columns, 62));
  expect(new Set(bars.map(({ length }) => length)).size).toBe(1);
});
