/** Thresholds against the figures of a record or of a comparison. One that nobody can judge is not kept: a gate must not open by ignorance. */
import type { RunRecord, Target } from '../core/record.ts';
import type { CountName, Subject, Threshold } from '../core/threshold.ts';
import { supportsPercentile } from '../stats/percentile.ts';
import type { RunComparison } from './compare-runs.ts';
import type { CostTerms } from './cost.ts';
import { coldShareOf, maxMemoryOf, usdPerMillionOf } from './gate-counts.ts';

export interface Gate {
  readonly threshold: Threshold;
  readonly held: boolean;
  /** Absent when it is not known. */
  readonly value?: number;
  /** Why it is not known, or what decided. */
  readonly reason?: string;
}

export type Figure = { readonly value: number; readonly reason?: string } | { readonly reason: string };

/** On one record; a regression is one of two. */
export function gatesOf(record: RunRecord, thresholds: readonly Threshold[], terms: CostTerms): Gate[] {
  return thresholds.map(threshold => gateOf(threshold, figureOf(record, threshold, terms)));
}

function gateOf(threshold: Threshold, figure: Figure): Gate {
  if (!('value' in figure)) return { threshold, held: false, reason: figure.reason };
  return { threshold, held: keeps(figure.value, threshold), ...figure };
}

function keeps(value: number, { comparison, limit }: Threshold): boolean {
  switch (comparison) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
  }
}

function figureOf(record: RunRecord, threshold: Threshold, terms: CostTerms): Figure {
  const { subject, comparison } = threshold;
  if (subject.kind === 'regression') return { reason: 'a regression is judged by resnet-bench compare' };
  const target = record.targets.find(({ name }) => name === subject.target);
  if (target === undefined) return { reason: `${subject.target} was not measured` };
  return subject.kind === 'count' ? countOf(record, target, subject.count, comparison, terms) : timeOf(target, subject);
}

function timeOf({ summary }: Target, { start, timing, statistic }: Extract<Subject, { kind: 'time' }>): Figure {
  const times = summary[start];
  if (times === undefined) return { reason: `no ${start} call succeeded` };
  const distribution = times[timing];
  if (distribution === undefined)
    return { reason: `${timing} is not known of ${start} calls: ${Object.keys(times).join(', ')}` };
  const value = distribution[statistic];
  if (value !== null) return { value };
  const percent = Number(statistic.slice(1));
  const needed = [...Array(1_001).keys()].find(count => supportsPercentile(count, percent));
  return {
    reason:
      statistic === 'stddev'
        ? 'one call has no spread'
        : `${distribution.count} calls do not support a ${statistic}: it takes ${needed}`,
  };
}

function countOf(
  record: RunRecord,
  target: Target,
  count: CountName,
  comparison: Threshold['comparison'],
  terms: CostTerms,
): Figure {
  const { samples, summary } = target;
  const failed = Object.values(summary.failed).reduce((sum, some) => sum + some, 0);
  switch (count) {
    case 'failed':
      return samples.length === 0 ? { reason: 'nothing was called' } : { value: failed };
    case 'failedShare':
      return samples.length === 0 ? { reason: 'nothing was called' } : { value: failed / samples.length };
    case 'coldShare':
      return coldShareOf(target, comparison);
    case 'maxMemoryMb':
      return maxMemoryOf(target);
    case 'usdPerMillion':
      return usdPerMillionOf(record, target, comparison, terms);
  }
}

/** A regression over the limit counts when it is real: the whole interval of the ratio lies beyond it. */
export function comparisonGates(comparison: RunComparison, thresholds: readonly Threshold[], terms: CostTerms): Gate[] {
  return thresholds.map(threshold => {
    const { subject } = threshold;
    if (comparison.mismatches.length > 0) {
      return { threshold, held: false, reason: `not like with like: ${comparison.mismatches.join('; ')}` };
    }
    if (subject.kind !== 'regression') return otherFigure(comparison, threshold, terms);
    return regressionGate(comparison, threshold, subject);
  });
}

/** Of the other side's runs, each of which must keep it. */
function otherFigure({ other }: RunComparison, threshold: Threshold, terms: CostTerms): Gate {
  const gates = other.records.map(record => gatesOf(record, [threshold], terms)[0]!);
  return gates.find(({ held }) => !held) ?? gates[0]!;
}

function regressionGate(
  { rows, headline, oneSided }: RunComparison,
  threshold: Threshold,
  subject: Extract<Subject, { kind: 'regression' }>,
): Gate {
  const row =
    subject.timing === undefined
      ? headline
      : rows.find(
          ({ target, start, timing }) =>
            target === subject.target && start === subject.start && timing === subject.timing,
        );
  if (row === undefined) return { threshold, held: false, reason: 'there is nothing to compare' };
  if (row.disagreements.length > 0) return { threshold, held: false, reason: row.disagreements.join('; ') };
  const missing = oneSided.filter(({ matters, target }) => matters && (subject.target ?? target) === target);
  if (missing.length > 0) return { threshold, held: false, reason: missing.map(({ text }) => text).join('; ') };
  const ratio = row.judged.ratio;
  if (ratio === undefined || ratio.ci95 === null)
    return { threshold, held: false, reason: 'too few samples to tell a regression' };
  const value = ratio.ratio - 1;
  const [low, high] = ratio.ci95.map(end => end - 1) as [number, number];
  if (keeps(value, threshold)) return { threshold, held: true, value };
  // Beyond the limit, and real?
  const real = threshold.comparison.startsWith('<') ? !keeps(low, threshold) : !keeps(high, threshold);
  const interval = `95 % interval ${percent(low)} to ${percent(high)}`;
  return { threshold, held: !real, value, reason: real ? interval : `not shown to be real: ${interval}` };
}

const percent = (fraction: number) => `${(fraction * 100).toFixed(1)} %`;

/** Rows of cells, the head first. */
export function gateCells(gates: readonly Gate[]): string[][] {
  return [
    ['threshold', 'measured', 'held', ''],
    ...gates.map(({ threshold, value, held, reason = '' }) => [
      threshold.text,
      value === undefined
        ? 'unknown'
        : threshold.subject.kind === 'regression'
          ? percent(value)
          : String(Number(value.toPrecision(5))),
      held ? 'yes' : 'NO',
      reason,
    ]),
  ];
}
