/** Targets side by side: what is compared with what, and parts that add up. */
import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/core/record.ts';
import { coldExtraMs, compareTargets, differingPredictions, gapOf, partsOf } from '../../src/reports/comparison.ts';
import { sampleWith } from '../sample.ts';
import { compared, comparedWithUnknown, completed, recordOf } from './record.ts';

const [local, lambda] = compared.targets as [Target, Target];
const sum = (parts: readonly (readonly [string, number])[]) => parts.reduce((total, [, ms]) => total + ms, 0);

describe('what is compared', () => {
  it('nothing, with a single target', () => {
    expect(compareTargets(completed)).toBeUndefined();
    expect(compareTargets(recordOf(completed.run, []))).toBeUndefined();
  });

  it('this process is the baseline, wherever it stands', () => {
    const reversed = compareTargets({ ...compared, targets: [lambda, local] })!;
    expect(reversed.baseline.name).toBe('local');
    expect(reversed.rows).toEqual(compareTargets(compared)!.rows);
  });

  it('the first is, where none is this process', () => {
    const targets = [lambda, { ...lambda, name: 'other' }];
    expect(compareTargets({ ...compared, targets })!.baseline.name).toBe('lambda');
  });

  it('warm calls, and calls of unknown start where nothing else is known; cold ones never', () => {
    expect(compareTargets(compared)!.starts).toEqual(['warm', 'warm']);
    expect(compareTargets(comparedWithUnknown)!.starts).toEqual(['warm', 'unknown']);
    const [inference] = compareTargets(compared)!.rows.filter(({ timing }) => timing === 'inferenceMs');
    expect(inference!.distributions.map(distribution => distribution!.count)).toEqual([12, 12]);
    expect(inference!.ratios[0]!.ratio).toBeCloseTo(4, 12);
  });

  it('only percentiles that some side supports', () => {
    const percentiles = compareTargets(compared)!.rows.map(({ timing, percentile }) => `${timing} ${percentile}`);
    expect(percentiles).toEqual([
      'preprocessMs p50',
      'inferenceMs p50',
      'handlerMs p50',
      'handlerMs p90',
      'serviceMs p50',
      'serviceMs p90',
    ]);
  });
});

describe('parts of a call', () => {
  it('add up to the mean service time, and their differences to the gap', () => {
    const [ours, theirs] = [partsOf(lambda, 'warm')!, partsOf(local, 'warm')!];
    expect(sum(ours.parts)).toBeCloseTo(ours.serviceMs, 9);
    expect(sum(theirs.parts)).toBeCloseTo(theirs.serviceMs, 9);
    const gap = gapOf(ours, theirs);
    expect(gap.serviceMs).toBeCloseTo(lambda.summary.warm!.serviceMs!.mean - local.summary.warm!.serviceMs!.mean, 9);
    expect(sum(gap.parts)).toBeCloseTo(gap.serviceMs, 9);
    expect(Object.fromEntries(gap.parts).parseMs).toBeCloseTo(0.5, 9);
  });

  it('that only one side told are left within the rest', () => {
    const [theirs, ours] = comparedWithUnknown.targets.map(
      (target, i) => partsOf(target, i === 0 ? 'warm' : 'unknown')!,
    );
    const gap = gapOf(ours!, theirs!);
    expect(gap.parts.map(([name]) => name)).toEqual(['outside the handler', 'inferenceMs', 'rest of the handler']);
    expect(sum(gap.parts)).toBeCloseTo(gap.serviceMs, 9);
  });

  it('are unknown when a call did not tell its handler time', () => {
    const samples = [sampleWith({ timings: { handlerMs: 5 } }), sampleWith({ seq: 1 })];
    const [target] = recordOf(completed.run, [{ name: 'x', info: { emulated: false }, warnings: [], samples }]).targets;
    expect(partsOf(target!, 'warm')).toBeUndefined();
    expect(partsOf(target!, 'cold')).toBeUndefined();
  });
});

describe('a cold start', () => {
  it('adds what its call took more than a warm one', () => {
    const { extraMs, count } = coldExtraMs(lambda)!;
    expect(count).toBe(1);
    expect(extraMs).toBeCloseTo(849.75 - lambda.summary.warm!.serviceMs!.mean, 0);
  });

  it('adds nothing that is known where no call was cold', () => {
    expect(coldExtraMs(comparedWithUnknown.targets[1]!)).toBeUndefined();
  });
});

describe('the answers', () => {
  const withProbability = (probability: number): Target => ({
    ...local,
    samples: local.samples.map(sample => ({
      ...sample,
      predictions: sample.predictions.map((prediction, i) => (i === 0 ? { ...prediction, probability } : prediction)),
    })),
  });

  it('are the same to two decimals of a percent', () => {
    const one = withProbability(0.77712);
    expect(differingPredictions(compared, one, withProbability(0.777149))).toEqual({ differ: [], both: 2 });
    expect(differingPredictions(compared, one, withProbability(0.7773))!.differ).toHaveLength(2);
  });

  it('are compared only where both have one', () => {
    expect(differingPredictions(compared, local, { ...lambda, samples: [] })).toBeUndefined();
  });
});
