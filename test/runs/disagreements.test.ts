/** Sources that contradict each other beyond their precision. */
import { describe, expect, it } from 'vitest';
import type { Evidence, TraceEvidence } from '../../src/core/evidence.ts';
import type { Sample } from '../../src/core/record.ts';
import { Disagreements } from '../../src/runs/disagreements.ts';
import { settle } from '../../src/runs/settle.ts';
import { sampleWith } from '../sample.ts';

const traced = (changes: Partial<TraceEvidence>): Evidence => ({
  trace: { state: 'complete', serviceSideMs: 100, spans: [], ...changes },
});
const logged = (changes: Partial<NonNullable<Evidence['log']>>): Evidence => ({ log: { durationMs: 95, ...changes } });

/** A call of 110 ms whose handler took 90. */
function codesOf(evidence: Evidence, changes: Partial<Sample> = {}): string[] {
  const sample = sampleWith({
    seq: 17,
    issuedMs: 0,
    completedMs: 110,
    start: 'warm',
    startBy: 'handler',
    ...changes,
    timings: { handlerMs: 90, downloadMs: 1, ...changes.timings },
  });
  const disagreements = new Disagreements();
  disagreements.add(settle(sample, evidence));
  return disagreements.warnings().map(({ code }) => code);
}
const cold = { start: 'cold', startBy: 'handler', timings: { initMs: 40 }, completedMs: 200 } as const;

describe('a contradiction is named', () => {
  it.each<[string, Evidence, Partial<Sample>]>([
    ['service-beyond-call', traced({ serviceSideMs: 111.1 }), {}],
    ['work-beyond-service', traced({ serviceSideMs: 88.9 }), {}],
    ['handler-beyond-invocation', traced({ invocationMs: 88.9, overheadMs: 1 }), {}],
    ['handler-beyond-duration', logged({ durationMs: 88.9 }), {}],
    [
      'init-apart',
      { ...traced({ initMs: 50, initAhead: false, serviceSideMs: 150 }), ...logged({ initMs: 56 }) },
      cold,
    ],
    ['duration-apart', { ...traced({ invocationMs: 92, overheadMs: 2 }), ...logged({ durationMs: 100 }) }, {}],
    ['init-beyond-trace', traced({ initMs: 34.9, initAhead: false, serviceSideMs: 150 }), cold],
    ['start-apart', traced({ initMs: 5, initAhead: false }), {}],
    ['start-apart', traced({ serviceSideMs: 150 }), cold],
    ['start-apart', logged({ initMs: 5 }), {}],
  ])('%s', (code, evidence, changes) => {
    expect(codesOf(evidence, changes)).toEqual([code]);
  });
});

it('within the precision of the sources there is none', () => {
  expect(codesOf(traced({ serviceSideMs: 111 }))).toEqual([]);
  expect(codesOf(traced({ serviceSideMs: 89.5, invocationMs: 89.2, overheadMs: 1 }))).toEqual([]);
  expect(codesOf({ ...traced({ invocationMs: 92, overheadMs: 2 }), ...logged({ durationMs: 94.3 }) })).toEqual([]);
  expect(
    codesOf({ ...traced({ initMs: 50, initAhead: false, serviceSideMs: 150 }), ...logged({ initMs: 50.2 }) }, cold),
  ).toEqual([]);
  expect(codesOf({})).toEqual([]);
});

it('an init that was repeated inside the call is a part of its Duration', () => {
  const trace = traced({ initMs: 50, initAhead: false, invocationMs: 92, overheadMs: 2, serviceSideMs: 150 });
  expect(codesOf({ ...trace, ...logged({ durationMs: 144.1 }) }, cold)).toEqual([]);
  // With a line of its own it lay before the call.
  expect(codesOf({ ...trace, ...logged({ durationMs: 144.1, initMs: 50 }) }, cold)).toEqual(['duration-apart']);
  expect(codesOf({ ...trace, ...logged({ durationMs: 120 }) }, cold)).toEqual(['duration-apart']);
});

it('each kind is one warning that names the first call and counts the others', () => {
  const disagreements = new Disagreements();
  for (const seq of [3, 7, 9]) {
    const sample = sampleWith({ seq, issuedMs: 0, completedMs: 110, timings: { handlerMs: 90 } });
    disagreements.add(settle(sample, traced({ serviceSideMs: 115 })));
  }
  expect(disagreements.warnings()).toEqual([
    {
      code: 'service-beyond-call',
      message: 'call 3 (and 2 more like it): its trace says 115.0 ms in AWS, 5.0 ms longer than the whole call',
      advice: 'the trace may be of another call; the network of these calls is below 0',
    },
  ]);
});
