/** What becomes known of a call later, settled with what its answer told. */
import { describe, expect, it } from 'vitest';
import type { Evidence, TraceEvidence } from '../../src/core/evidence.ts';
import { type Sample, sampleSchema } from '../../src/core/record.ts';
import { settle } from '../../src/runs/settle.ts';
import { sampleWith } from '../sample.ts';

/** A call of 700 ms whose handler took 90. */
const called = (changes: Partial<Sample> = {}) =>
  sampleWith({
    issuedMs: 1_000,
    scheduledMs: 1_000,
    completedMs: 1_700,
    start: 'warm',
    startBy: 'handler',
    memory: { usedMb: 180 },
    ...changes,
    timings: { handlerMs: 90, downloadMs: 1, ...changes.timings },
  });
const first = (start: 'cold' | 'proactive' = 'cold') => called({ start, timings: { initMs: 400 } });
/** Of a function that says nothing of its start. */
const untold = () => {
  const { startBy: _, ...sample } = called({ start: 'unknown' });
  return sample;
};

const traced = (changes: Partial<TraceEvidence> = {}): { trace: TraceEvidence } => ({
  trace: {
    state: 'complete',
    traceId: '1-0-0',
    join: 'handler',
    layout: 'old',
    serviceSideMs: 680,
    spans: [],
    ...changes,
  },
});
const INIT = { initMs: 500, initAhead: false };
const AHEAD = { initMs: 500, initAhead: true };
const logged = (initMs?: number): Evidence => ({
  log: {
    durationMs: 95.5,
    billedMs: 96,
    maxMemoryMb: 200,
    memorySizeMb: 1024,
    ...(initMs !== undefined && { initMs }),
  },
});

describe('the start of a call', () => {
  it.each<[string, Sample, Evidence, Sample['start'], Sample['startBy']]>([
    [
      'an init ahead of the call in its trace, whatever else is said',
      first('cold'),
      traced(AHEAD),
      'proactive',
      'trace',
    ],
    ["the function's word that it was the first", first('cold'), traced(INIT), 'cold', 'handler'],
    [
      "the function's word that it was made ahead, where the trace does not tell",
      first('proactive'),
      traced(),
      'proactive',
      'handler',
    ],
    ['an init within the trace', untold(), traced(INIT), 'cold', 'trace'],
    ['an init in the trace of a call that says it is not the first', called(), traced(INIT), 'cold', 'trace'],
    ['Init Duration of the log, if the call is long enough for it', untold(), logged(600), 'cold', 'log'],
    ['Init Duration of the log, if not', untold(), logged(605), 'proactive', 'log'],
    ["the function's word that it was not the first", called(), logged(), 'warm', 'handler'],
    ['a whole trace without an init', untold(), traced(), 'warm', 'trace'],
    ['nothing in a trace that is not whole', untold(), traced({ state: 'partial' }), 'unknown', undefined],
    ['nothing in a log line without Init Duration', untold(), logged(), 'unknown', undefined],
    ['nothing in a trace that was not found', untold(), traced({ state: 'missing' }), 'unknown', undefined],
  ])('is proved by %s', (_, sample, evidence, start, startBy) => {
    const settled = settle(sample, evidence);
    expect(settled.start).toBe(start);
    expect(settled.startBy).toBe(startBy);
    expect('startBy' in settled).toBe(startBy !== undefined);
  });

  it('that is cold is no warm-up', () => {
    expect(settle({ ...untold(), phase: 'warmup' }, traced(INIT)).phase).toBe('measured');
    expect(settle({ ...untold(), phase: 'warmup' }, traced()).phase).toBe('warmup');
  });
});

describe('the times of a call', () => {
  it('are those of the trace, the log and the client, and what follows from them', () => {
    const { timings } = settle(first(), { ...traced({ ...INIT, invocationMs: 92, overheadMs: 3 }), ...logged(501) });
    expect(timings).toEqual({
      handlerMs: 90,
      downloadMs: 1,
      initMs: 500,
      invocationMs: 92,
      overheadMs: 3,
      durationMs: 95.5,
      billedMs: 96,
      serviceSideMs: 680,
      networkMs: 20,
      unexplainedMs: 90,
    });
  });

  it('have the init of the trace, else of the log, else of the function', () => {
    expect(settle(first(), { ...traced(INIT), ...logged(501) }).timings.initMs).toBe(500);
    expect(settle(first(), logged(501)).timings.initMs).toBe(501);
    expect(settle(first(), logged()).timings.initMs).toBe(400);
  });

  it('of a proactive call leave its init out of what is unexplained', () => {
    expect(settle(first(), traced(AHEAD)).timings).toMatchObject({ initMs: 500, unexplainedMs: 590 });
  });

  it('of a warm call have no init', () => {
    const { timings } = settle(called(), traced());
    expect(timings).not.toHaveProperty('initMs');
    expect(timings.unexplainedMs).toBe(590);
  });

  it('that nobody told are absent, never 0', () => {
    const { timings, memory } = settle(untold(), { trace: { state: 'missing', spans: [] } });
    expect(timings).toEqual({ handlerMs: 90, downloadMs: 1 });
    expect(memory).toEqual({ usedMb: 180 });
  });

  it('of a call whose start is unknown do not tell what is unexplained: an init may be in it', () => {
    const { timings } = settle(untold(), traced({ state: 'partial' }));
    expect(timings).toMatchObject({ networkMs: 20, serviceSideMs: 680 });
    expect(timings).not.toHaveProperty('unexplainedMs');
  });

  it('may be below 0: clocks that contradict each other are not hidden', () => {
    expect(settle(called(), traced({ serviceSideMs: 705 })).timings.networkMs).toBe(-5);
    expect(settle(first(), traced({ ...INIT, serviceSideMs: 580 })).timings.unexplainedMs).toBe(-10);
  });
});

it('memory has what the log line says beside what the answer told', () => {
  expect(settle(called(), logged()).memory).toEqual({ usedMb: 180, sizeMb: 1024, maxUsedMb: 200 });
});

it('a sample without evidence stays as it is', () => {
  const sample = called();
  expect(settle(sample, undefined)).toBe(sample);
});

it('the order in which evidence comes, and settling again, change nothing', () => {
  const [trace, log] = [traced(INIT), logged(501)];
  const whole = settle(first(), { ...trace, ...log });
  expect(sampleSchema.parse(whole)).toEqual(whole);
  expect(settle(settle(first(), log), trace)).toEqual(whole);
  expect(settle(settle(first(), trace), log)).toEqual(whole);
  expect(settle(whole, undefined)).toEqual(whole);
  expect(settle(whole, log)).toEqual(whole);
});

it('later evidence stands for the earlier of its kind', () => {
  const partial = traced({ state: 'partial', serviceSideMs: 1 });
  expect(settle(settle(untold(), partial), traced()).trace).toBe('complete');
});
