/** Which samples count in which figure. */
import { describe, expect, it } from 'vitest';
import { type Sample, START_KINDS, summarySchema, timingsSchema } from '../../src/core/record.ts';
import { distributionOf } from '../../src/stats/distribution.ts';
import { Summarizer, summarize, timesOf } from '../../src/stats/summary.ts';
import { failedSample, sampleWith } from '../sample.ts';

const warm = (handlerMs: number, changes: Partial<Sample> = {}) => sampleWith({ timings: { handlerMs }, ...changes });

describe('timesOf', () => {
  it('counts response and issue delay from the scheduled time, service from the issued', () => {
    const sample = sampleWith({ scheduledMs: 100, issuedMs: 103, completedMs: 150, timings: { handlerMs: 40 } });
    expect(timesOf(sample)).toEqual({ responseMs: 50, serviceMs: 47, issueDelayMs: 3, handlerMs: 40 });
  });
});

describe('summarize', () => {
  it('never lets start kinds share a distribution', () => {
    const samples = START_KINDS.flatMap((start, i) => [
      sampleWith({ start, timings: { handlerMs: 100 * (i + 1) } }),
      sampleWith({ start, timings: { handlerMs: 100 * (i + 1) + 2 } }),
    ]);
    const summary = summarize(samples);
    for (const [i, start] of START_KINDS.entries()) {
      const mean = 100 * (i + 1) + 1;
      expect(summary[start]?.handlerMs, start).toMatchObject({ count: 2, mean, min: mean - 1, max: mean + 1 });
    }
    expect(summary.failed).toEqual({});
  });

  it('has no entry for a start kind that did not occur', () => {
    expect(Object.keys(summarize([warm(5)])).sort()).toEqual(['failed', 'warm']);
    expect(summarize([])).toEqual({ failed: {} });
  });

  it('leaves out warm-up and failures, whatever their times', () => {
    const summary = summarize([
      warm(999, { phase: 'warmup' }),
      warm(5),
      failedSample('inference', { timings: { handlerMs: 999 } }),
      failedSample('inference', { start: 'warm', timings: { handlerMs: 999 } }),
      warm(7),
    ]);
    expect(summary.warm?.handlerMs).toMatchObject({ count: 2, min: 5, max: 7 });
    expect(summary.unknown).toBeUndefined();
  });

  it('counts failures of both phases, by kind', () => {
    const summary = summarize([
      failedSample('undecodable-image', { phase: 'warmup' }),
      failedSample('undecodable-image'),
      failedSample('inference', { start: 'cold' }),
      warm(5),
    ]);
    expect(summary.failed).toEqual({ 'undecodable-image': 2, inference: 1 });
    expect(summary.cold).toBeUndefined();
  });

  it('keeps a kind of failure that is named like something of JavaScript', () => {
    const kinds = ['__proto__', 'constructor', 'toString'];
    const { failed } = summarize(kinds.map(kind => failedSample(kind)));
    expect(Object.entries(failed)).toEqual(kinds.map(kind => [kind, 1]));
  });

  it('a time that is absent stays absent and never becomes 0', () => {
    const summary = summarize([warm(10), sampleWith({ timings: { preprocessMs: 3 } }), warm(20)]);
    expect(summary.warm?.handlerMs).toMatchObject({ count: 2, min: 10, mean: 15 });
    expect(summary.warm?.preprocessMs).toMatchObject({ count: 1, min: 3 });
    const known = ['handlerMs', 'issueDelayMs', 'preprocessMs', 'responseMs', 'serviceMs'];
    expect(Object.keys(summary.warm!).sort()).toEqual(known);
  });

  it('a time of 0 and a negative time are values', () => {
    const summary = summarize([sampleWith({ timings: { parseMs: 0, networkMs: -0.4 } })]);
    expect(summary.warm?.parseMs).toMatchObject({ count: 1, max: 0 });
    expect(summary.warm?.networkMs).toMatchObject({ count: 1, max: -0.4 });
  });

  it('summarises every time a sample can have', () => {
    const names = Object.keys(timingsSchema.shape);
    const timings = Object.fromEntries(names.map((name, i) => [name, i + 1]));
    const summary = summarize([sampleWith({ timings })]);
    for (const [i, name] of names.entries()) expect(summary.warm?.[name]?.mean, name).toBe(i + 1);
  });

  it('is what distributionOf says of the values', () => {
    const values = Array.from({ length: 50 }, (_, i) => (i * 37) % 50);
    expect(summarize(values.map(ms => warm(ms))).warm?.handlerMs).toEqual(distributionOf(values));
  });
});

describe('Summarizer', () => {
  it('can be asked in between and goes on', () => {
    const summarizer = new Summarizer();
    summarizer.add(warm(5));
    const early = summarizer.summary();
    summarizer.add(warm(7));
    summarizer.add(failedSample('inference'));
    expect(early.warm?.handlerMs?.count).toBe(1);
    expect(early.failed).toEqual({});
    const late = summarizer.summary();
    expect(late.warm?.handlerMs?.count).toBe(2);
    expect(summarySchema.parse(late)).toEqual(late);
  });
});
