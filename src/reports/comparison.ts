/** Targets of one record side by side: the same timing of each, how many times one is the other, and where the gap lies. No layout. */
import type { Distribution, RunRecord, Sample, StartKind, Target } from '../core/record.ts';
import { type MedianRatio, medianRatio } from '../stats/median-ratio.ts';
import { timesOf } from '../stats/summary.ts';

/** What a row shows of a timing. */
export type Percentile = 'p50' | 'p90' | 'p95' | 'p99';

export interface ComparisonRow {
  /** By its name in the record. */
  readonly timing: string;
  readonly percentile: Percentile;
  /** In the order of the targets. */
  readonly distributions: readonly (Distribution | undefined)[];
  /** To the baseline, in the order of the others; of medians only. */
  readonly ratios: readonly (MedianRatio | undefined)[];
}

export interface Comparison {
  /** The one in this process where there is one, else the first. */
  readonly baseline: Target;
  readonly others: readonly Target[];
  /** Which calls of each target are compared: warm ones, else those of unknown start. */
  readonly starts: readonly StartKind[];
  readonly rows: readonly ComparisonRow[];
}

/** Percentiles beyond the median for what a user waits for, the median alone for its parts. */
const ROWS: readonly (readonly [timing: string, percentiles: readonly Percentile[]])[] = [
  ['preprocessMs', ['p50']],
  ['inferenceMs', ['p50']],
  ['handlerMs', ['p50', 'p90', 'p95', 'p99']],
  ['serviceMs', ['p50', 'p90', 'p95', 'p99']],
];

/** Undefined when there is nothing to compare. */
export function compareTargets({ targets }: RunRecord): Comparison | undefined {
  const baseline = targets.find(({ name }) => name === 'local') ?? targets[0];
  const others = targets.filter(target => target !== baseline);
  if (baseline === undefined || others.length === 0) return undefined;
  const all = [baseline, ...others];
  const starts = all.map(startOf);
  const rows = ROWS.flatMap(([timing, percentiles]) => {
    const distributions = all.map((target, i) => target.summary[starts[i]!]?.[timing]);
    const times = all.map((target, i) => timesIn(target, starts[i]!, timing));
    return percentiles
      .filter(percentile => distributions.some(distribution => (distribution?.[percentile] ?? null) !== null))
      .map(percentile => ({
        timing,
        percentile,
        distributions,
        ratios: times.slice(1).map(values => (percentile === 'p50' ? medianRatio(values, times[0]!) : undefined)),
      }));
  });
  return { baseline, others, starts, rows };
}

/** Without word from the function its calls are of unknown start. */
function startOf({ summary }: Target): StartKind {
  return summary.warm === undefined && summary.unknown !== undefined ? 'unknown' : 'warm';
}

/** In issue order; calls that do not tell are left out. */
function timesIn({ samples }: Target, start: StartKind, timing: string): number[] {
  return samples
    .filter(sample => sample.outcome.ok && sample.phase === 'measured' && sample.start === start)
    .flatMap(sample => timesOf(sample)[timing] ?? []);
}

/** Parts of the mean service time, in the order of a call; they add up to it. */
export interface Parts {
  readonly serviceMs: number;
  readonly parts: readonly (readonly [name: string, ms: number])[];
}

const WORK = ['parseMs', 'preprocessMs', 'inferenceMs', 'postprocessMs'] as const;
const REST = 'rest of the handler';
const OUTSIDE = 'outside the handler';

/** Means, because medians do not add up. Undefined when not every call told its handler time. */
export function partsOf({ summary }: Target, start: StartKind): Parts | undefined {
  const times = summary[start];
  const { serviceMs, handlerMs } = times ?? {};
  if (times === undefined || serviceMs === undefined || handlerMs?.count !== serviceMs.count) return undefined;
  const work = WORK.flatMap(stage => {
    const distribution = times[stage];
    return distribution?.count === serviceMs.count ? [[stage, distribution.mean] as const] : [];
  });
  const told = work.reduce((sum, [, ms]) => sum + ms, 0);
  return {
    serviceMs: serviceMs.mean,
    parts: [[OUTSIDE, serviceMs.mean - handlerMs.mean], ...work, [REST, handlerMs.mean - told]],
  };
}

/**
 * What each part of a call takes more of `other` than of `baseline`. In this process there is no request to parse; any
 * other part that only one of them told is left within the rest.
 */
export function gapOf(other: Parts, baseline: Parts): Parts {
  const [ours, theirs] = [new Map(other.parts), new Map(baseline.parts)];
  const gaps: [name: string, ms: number][] = [];
  let restMs = 0;
  for (const name of [OUTSIDE, ...WORK, REST]) {
    const [one, two] = [ours.get(name), theirs.get(name)];
    if (one === undefined && two === undefined) continue;
    const gapMs = (one ?? 0) - (two ?? 0);
    const comparable = name === 'parseMs' || (one !== undefined && two !== undefined && name !== REST);
    if (comparable) gaps.push([name, gapMs]);
    else restMs += gapMs;
  }
  return { serviceMs: other.serviceMs - baseline.serviceMs, parts: [...gaps, [REST, restMs]] };
}

/** How much longer than a warm call a cold one takes, by means; undefined without both. */
export function coldExtraMs({ summary }: Target): { extraMs: number; count: number } | undefined {
  const { cold, warm } = summary;
  if (cold?.serviceMs === undefined || warm?.serviceMs === undefined) return undefined;
  return { extraMs: cold.serviceMs.mean - warm.serviceMs.mean, count: cold.serviceMs.count };
}

/** Names of the pictures to which two targets gave other classes, or probabilities that differ in the second decimal of a percent; undefined when no picture was answered by both. */
export function differingPredictions(
  { images }: RunRecord,
  one: Target,
  other: Target,
): { differ: string[]; both: number } | undefined {
  const [ones, others] = [firstAnswers(one), firstAnswers(other)];
  const both = images.filter(({ name }) => ones.has(name) && others.has(name));
  if (both.length === 0) return undefined;
  const differ = both.filter(({ name }) => ones.get(name) !== others.get(name)).map(({ name }) => name);
  return { differ, both: both.length };
}

/** By picture, as a text that is the same when the answer is. */
function firstAnswers({ samples }: Target): Map<string, string> {
  const answers = new Map<string, string>();
  for (const { image, predictions } of samples) {
    if (predictions.length > 0 && !answers.has(image)) answers.set(image, fingerprint(predictions));
  }
  return answers;
}

function fingerprint(predictions: Sample['predictions']): string {
  return predictions.map(({ classId, probability }) => `${classId} ${Math.round(probability * 10_000)}`).join(', ');
}
