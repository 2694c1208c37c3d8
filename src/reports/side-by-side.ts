/** The targets of a record side by side, in words and cells: medians and ratios, where the gap lies, what a cold start adds. No layout. */
import type { RunRecord, StartKind, Target } from '../core/record.ts';
import {
  type Comparison,
  type ComparisonRow,
  coldExtraMs,
  differingPredictions,
  gapOf,
  type Parts,
  partsOf,
} from './comparison.ts';
import { describeCounts } from './facts.ts';
import { formatMs, formatTail, formatWithInterval, plural } from './figures.ts';
import { stageName } from './stages.ts';
import { describeCold, describeEnvironments, describeMemory, describeSize, isFunction } from './target-facts.ts';

/** `local 20 warm calls (after 3 to warm up), lambda 20 warm calls (after 3 to warm up), in turns`. */
export function comparisonCounts({ baseline, others, starts }: Comparison): string {
  const counts = [baseline, ...others].map((target, i) => `${target.name} ${describeCounts(target, starts[i]!)}`);
  return `${counts.join(', ')}, in turns`;
}

/** Rows of cells, the head first. */
export function comparisonCells({ baseline, others, rows }: Comparison): string[][] {
  const head = [
    'ms',
    headOf(baseline),
    ...others.map(headOf),
    ...others.map(({ name }) => `${name} / ${baseline.name}`),
  ];
  return [
    head,
    ...rows.map(row => [`${stageName(row.timing)} ${row.percentile}`, ...figuresOf(row), ...ratiosOf(row)]),
  ];
}

/** What the ratios are, and what is not known. */
export function comparisonLegend({ rows, starts }: Comparison): string[] {
  const ratios = rows.flatMap(row => row.ratios);
  return [
    ratios.some(ratio => ratio?.ci95) && 'x [95 % CI]: ratio of the medians, by a bootstrap of blocks of calls',
    ratios.some(ratio => ratio !== undefined && ratio.ci95 === null) &&
      'x without an interval: it takes ten calls on each side',
    starts.includes('unknown') && 'which calls met a cold environment is unknown: the function does not tell',
  ].filter(line => line !== false);
}

/** Where the time goes, what a cold start adds. */
export function partLines({ baseline, others, starts }: Comparison): string[] {
  const theirs = partsOf(baseline, starts[0]!);
  return others.flatMap((other, i) => partLinesOf(baseline, theirs, other, starts[i + 1]!));
}

/** Whether the targets did the same work: only then do their times compare. */
export function likenessLines(record: RunRecord, { baseline, others }: Comparison): string[] {
  return others.flatMap(other => {
    const found = differingPredictions(record, baseline, other);
    if (found === undefined) return [];
    const names = `${baseline.name} and ${other.name}`;
    const { differ, both } = found;
    if (differ.length > 0) return [`${names} DO NOT do the same work: their answers differ on ${differ.join(', ')}`];
    return [`${names} give the same answers on ${plural(both, 'picture')}`];
  });
}

/** `local: 1 cold call: ... · memory 62 -> 214 MB`. */
export function singleLines({ baseline, others }: Comparison): string[] {
  return [baseline, ...others].map(target => {
    const facts = [describeCold(target), describeMemory(target), describeEnvironments(target)];
    return `${target.name}: ${facts.filter(Boolean).join(' · ')}`;
  });
}

/** `lambda (emulated, 1024 MB, no CPU limit)`. */
function headOf({ name, info }: Target): string {
  if (!isFunction(info)) return name;
  return `${name} (${[info.emulated && 'emulated', ...describeSize(info)].filter(Boolean).join(', ')})`;
}

function figuresOf({ distributions, percentile }: ComparisonRow): string[] {
  return distributions.map(distribution => {
    if (distribution === undefined) return 'unknown';
    if (percentile === 'p50') return formatWithInterval(distribution.p50, distribution.ci95.p50);
    return formatTail(distribution, percentile);
  });
}

function ratiosOf({ ratios, percentile }: ComparisonRow): string[] {
  if (percentile !== 'p50') return ratios.map(() => '');
  return ratios.map(ratio => {
    if (ratio === undefined) return 'unknown';
    const interval = ratio.ci95 === null ? '' : ` [${ratio.ci95.map(end => end.toPrecision(3)).join(', ')}]`;
    return `${ratio.ratio.toPrecision(3)}x${interval}`;
  });
}

/** A call of the other target by its parts, and what each adds to one of the baseline. */
function partLinesOf(baseline: Target, theirs: Parts | undefined, other: Target, start: StartKind): string[] {
  const ours = partsOf(other, start);
  if (ours === undefined) return [];
  const lines = [
    `${start === 'warm' ? 'a warm' : 'a'} ${other.name} call, by means: ${listOf(ours, '')} = ${formatMs(ours.serviceMs)} ms`,
  ];
  if (theirs !== undefined) {
    const gap = gapOf(ours, theirs);
    const than = `${formatMs(Math.abs(gap.serviceMs))} ms ${gap.serviceMs < 0 ? 'less' : 'more'} than ${baseline.name}`;
    lines.push(`${than}: ${listOf(gap, '+')}`);
  }
  const extra = coldExtraMs(other);
  if (extra !== undefined) {
    const calls = extra.count === 1 ? 'one call' : `the mean of ${plural(extra.count, 'call')}`;
    lines.push(`a cold start adds ${formatMs(extra.extraMs)} ms (${calls})`);
  }
  return lines;
}

/** `inference 79.1 · postprocess 0.052`, with a sign where it matters. */
function listOf({ parts }: Parts, plus: '+' | ''): string {
  return parts.map(([name, ms]) => `${stageName(name)} ${ms >= 0 ? plus : ''}${formatMs(ms)}`).join(' · ');
}
