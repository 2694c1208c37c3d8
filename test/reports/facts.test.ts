/** What the reports say of records of all kinds, and that no name becomes markup. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shortPath } from '../../src/cli/short-path.ts';
import type { RunRecord, Sample, Target } from '../../src/core/record.ts';
import { renderCsv } from '../../src/reports/csv.ts';
import {
  describeCounts,
  describeFailures,
  describeSlots,
  describeStatus,
  describeUncalled,
  predictionsByImage,
} from '../../src/reports/facts.ts';
import { renderJson } from '../../src/reports/json.ts';
import { renderMarkdown } from '../../src/reports/markdown.ts';
import { stagesOf } from '../../src/reports/stages.ts';
import { renderTable } from '../../src/reports/table.ts';
import { describeFirstCalls, describeMemory, describeTarget } from '../../src/reports/target-facts.ts';
import { distributionOf } from '../../src/stats/distribution.ts';
import { failedSample, sampleWith } from '../sample.ts';
import { completed, interrupted, MARKUP_NAME, recordOf, remote, unfinished } from './record.ts';

const [target] = completed.targets as [Target];

function recordWith(samples: Sample[], info: Target['info'] = { emulated: false }): RunRecord {
  return recordOf(completed.run, [{ name: 'local', info, warnings: [], samples }]);
}

const targetWith = (samples: Sample[]) => recordWith(samples).targets[0]!;

const csvOf = (record: RunRecord) => [...renderCsv(record)].join('');

describe('the facts', () => {
  it('the target', () => {
    expect(describeTarget(target)).toBe(
      'resnet50-synthetic, float32, synthetic · 2 threads · torchvision preprocessing',
    );
    const { model: _, ...info } = target.info;
    expect(describeTarget({ ...target, info: { ...info, threads: 1 } })).toBe('1 thread · torchvision preprocessing');
  });

  it('the status, when there is something to say', () => {
    expect(describeStatus(completed.run)).toBeUndefined();
    expect(describeStatus(remote.run)).toBe('ended by its duration');
    expect(describeStatus(interrupted.run)).toContain('interrupted');
    expect(describeStatus(unfinished.run)).toContain('has not ended');
  });

  it('pictures whose turn never came', () => {
    const images = ['dog.jpg', 'b.jpg', 'c.jpg'].map(name => ({ name, sha256: '', bytes: 0 }));
    const record = { ...recordWith([sampleWith()]), images };
    expect(describeUncalled(record)).toBe('2 of 3 pictures were not called: the run ended before their turn');
    expect(describeUncalled({ ...record, images: images.slice(0, 1) })).toBeUndefined();
    expect(describeUncalled({ ...record, run: unfinished.run })).toBeUndefined();
  });

  it.each([
    [
      30_000,
      1_800_000,
      '60 calls a target planned, one each 30s. They can show p50, p90 (95 % interval with both ends), p95 (from below only), changes over time, cold starts that happen; not p99 (100 calls), what many calls at once do',
    ],
    [
      30_000,
      30_000,
      '1 call a target planned, one each 30s. They can show cold starts that happen; not p50 (2 calls), p90 (10 calls), p95 (20 calls), p99 (100 calls), what many calls at once do',
    ],
    [
      30_000,
      100_000,
      'up to 4 calls a target planned, one each 30s. They can show p50 (from below only), changes over time, cold starts that happen; not p90 (10 calls), p95 (20 calls), p99 (100 calls), what many calls at once do',
    ],
    [
      500,
      200_000,
      '400 calls a target planned, one each 500ms. They can show p50, p90, p95, p99 (95 % interval with both ends), changes over time, cold starts that happen; not what many calls at once do',
    ],
  ])('slots of %d ms in %d ms', (intervalMs, durationMs, text) => {
    expect(describeSlots({ ...completed, run: { ...completed.run, options: { intervalMs, durationMs } } })).toBe(text);
    expect(describeSlots(completed)).toBeUndefined();
  });

  it('the cold call', () => {
    expect(describeFirstCalls(target)).toBe('1 cold call: model and session 132 ms, first answer 41.0 ms');
    expect(describeFirstCalls(targetWith([sampleWith()]))).toBeUndefined();
    expect(describeFirstCalls(targetWith([failedSample('inference', { start: 'cold' })]))).toBeUndefined();
  });

  it('memory: at start, loaded, and the most of the whole run', () => {
    expect(describeMemory(target)).toBe('memory 62 -> 214 MB, peak 234 MB');
    expect(describeMemory({ ...target, samples: [] })).toBe('memory 62 -> 214 MB');
    expect(describeMemory(targetWith([sampleWith({ memory: { peakRssMb: 300 } })]))).toBeUndefined();
  });

  it('counts leave out cold, failed and warm-up', () => {
    expect(describeCounts(target, 'warm')).toBe('12 warm calls (after 1 to warm up)');
    expect(describeCounts(targetWith([sampleWith()]), 'warm')).toBe('1 warm call');
  });

  it('failures by picture and kind', () => {
    const lines = describeFailures(
      targetWith([
        failedSample('inference', { image: 'a.jpg' }),
        sampleWith({ image: 'a.jpg' }),
        failedSample('undecodable-image', { image: 'a.jpg' }),
        failedSample('inference', { image: 'a.jpg' }),
        sampleWith({ image: 'b.jpg' }),
      ]),
    );
    expect(lines).toEqual([
      'a.jpg: 2 of 4 failed (inference): inference!',
      'a.jpg: 1 of 4 failed (undecodable-image): undecodable-image!',
    ]);
  });

  it('predictions in the order of the pictures, none for one that never had an answer', () => {
    expect(predictionsByImage(completed, target).map(({ image }) => image)).toEqual([MARKUP_NAME, '=cmd().jpg']);
  });

  it("stages in the order of the work; the client's time when the work told none", () => {
    const some = distributionOf([1, 2, 3])!;
    const names = (times: Record<string, typeof some>) => stagesOf(times).map(([name]) => name);
    expect(names({ handlerMs: some, serviceMs: some, preprocessMs: some })).toEqual(['preprocess', 'handler']);
    expect(names({ serviceMs: some, responseMs: some })).toEqual(['service']);
    expect(names({})).toEqual([]);
    const scheduled = { handlerMs: some, serviceMs: some, issueDelayMs: some, responseMs: some };
    expect(stagesOf(scheduled, true).map(([name]) => name)).toEqual(['handler', 'service', 'issue delay', 'response']);
    expect(names(scheduled)).toEqual(['handler']);
  });

  it('a path as short as it can be typed', () => {
    expect(shortPath(join(process.cwd(), 'reports', 'x'))).toBe(join('reports', 'x'));
    expect(shortPath('/')).toBe('/');
    expect(shortPath(process.cwd())).toBe(process.cwd());
  });

  it('a cold call of which no time is known has no colon', () => {
    expect(describeFirstCalls(targetWith([sampleWith({ start: 'cold' })]))).toBe('1 cold call');
  });

  it('the calls counted as warm are those of the figures beside them', () => {
    const mixed = targetWith([sampleWith(), sampleWith({ start: 'proactive' }), sampleWith({ start: 'unknown' })]);
    expect(mixed.summary.warm?.serviceMs?.count).toBe(1);
    expect(describeCounts(mixed, 'warm')).toBe('1 warm call');
  });
});

describe('names and messages from outside', () => {
  const HOSTILE = 'x|<img src=x onerror=alert(1)>\n# [a](b) `c` *d*.jpg';
  const prediction = { classId: 0, label: 'tench', probability: 1 };

  it('never become HTML or another cell in the Markdown of a picture that was answered', () => {
    const record = recordWith([sampleWith({ image: HOSTILE, predictions: [prediction] })]);
    const text = renderMarkdown({ ...record, images: [{ name: HOSTILE, sha256: '', bytes: 0 }] });
    expect(text).not.toMatch(/(?<!\\)<img/);
    const line = text.split('\n').find(line => line.includes('onerror'))!;
    expect(line.match(/(?<!\\)\|/g)?.length, 'two cells').toBe(3);
    expect(line).not.toMatch(/(?<!\\)[[\]`*]/);
  });

  it('never become HTML in the Markdown of a picture that failed', () => {
    const error = { kind: 'undecodable-image', message: 'cannot be decoded: <b>' };
    const text = renderMarkdown(recordWith([sampleWith({ image: HOSTILE, outcome: { ok: false, error } })]));
    expect(text).toContain('onerror');
    expect(text).not.toMatch(/(?<!\\)<(img|b)/);
  });

  it('never reach the terminal as control characters', () => {
    const name = 'a\u001b[2J\u001b]0;title\u0007.jpg';
    const record = recordWith([
      sampleWith({ image: name, predictions: [prediction] }),
      failedSample('inference', { image: name }),
    ]);
    const text = renderTable({ ...record, images: [{ name, sha256: '', bytes: 0 }] });
    expect(text).toContain('tench');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });

  it.each(['=1+1', '+1', '-1', '@x', '\t=1'])('a picture named %j is no formula in the CSV', name => {
    const [, row] = csvOf(recordWith([sampleWith({ image: name })])).split('\n');
    expect(row).toContain(name.startsWith('\t') ? '\uFFFD=1' : `'${name}`);
  });

  it('a negative time is a number in the CSV, not an escaped text', () => {
    const [head, row] = csvOf(recordWith([sampleWith({ timings: { networkMs: -0.25 } })])).split('\n');
    expect(row!.split(',')[head!.split(',').indexOf('networkMs')]).toBe('-0.25');
  });
});

describe('records with little in them', () => {
  const empty = recordWith([]);
  const failedOnly = recordWith([failedSample('inference'), failedSample('inference', { seq: 1 })]);

  it('without a sample, with failures only, or without a target: every report says what there is', () => {
    for (const record of [empty, failedOnly, recordOf(completed.run, [])]) {
      for (const render of [renderTable, renderMarkdown, csvOf, renderJson]) {
        expect(render(record)).not.toMatch(/undefined|NaN|null,|Infinity/);
      }
    }
    expect(renderTable(failedOnly)).toContain('2 of 2 failed');
    expect(renderMarkdown(failedOnly)).toContain('2 of 2 failed');
  });

  it('a CSV has a row a sample and the same number of cells in each', () => {
    const lines = csvOf(interrupted).trimEnd().split('\n');
    expect(lines.length).toBe(1 + interrupted.targets[0]!.samples.length);
    expect(new Set(lines.map(line => line.split(',').length)).size).toBe(1);
    expect(csvOf(empty).trimEnd().split('\n').length).toBe(1);
  });

  it('JSON is the record', () => {
    for (const record of [completed, interrupted, unfinished]) expect(JSON.parse(renderJson(record))).toEqual(record);
  });

  it('a target that tells nothing of itself does not begin with a separator', () => {
    expect(renderTable(empty)).not.toMatch(/^ · /m);
  });
});
