/** The targets of a record side by side, in words and cells: medians and ratios, where the gap lies, what a cold start adds. No layout. */
import type { Target } from '../core/record.ts';
import { coldExtraMs, gapOf, type Parts, partsOf } from './call-parts.ts';
import { type Comparison, type ComparisonRow, inferenceRatio, type Side } from './comparison.ts';
import { callsOf } from './facts.ts';
import {
  formatMs,
  formatRatio,
  formatRatioWithInterval,
  formatSignedMs,
  formatTail,
  formatWithInterval,
  plural,
} from './figures.ts';
import {
  differingPredictions,
  differingPreparation,
  differingThreads,
  differingWork,
  sameInference,
} from './likeness.ts';
import { stageName } from './stages.ts';
import { describeSize, isFunction, mostOf } from './target-facts.ts';

/** `20 warm calls of local and 20 of lambda, in turns`, and which have no counterpart. */
export function comparisonCounts({ baseline, others, open }: Comparison): string[] {
  const sides = [baseline, ...others];
  const counts = sides.map(({ target, start, calls }) => `${callsOf(calls.length, start)} of ${target.name}`);
  const unpaired = sides.filter(side => side.unpaired.length > 0);
  const left = unpaired.map(
    ({ target, start, unpaired: calls }) =>
      `${callsOf(calls.length, start)} of ${target.name} (${[...new Set(calls.map(({ image }) => image))].join(', ')})`,
  );
  return [
    `${counts.join(' and ')}, ${open ? 'in the same slots' : 'in turns'} on the same pictures`,
    ...(left.length > 0
      ? [`left out, because the other had no such call in that ${open ? 'slot' : 'turn'}: ${left.join('; ')}`]
      : []),
  ];
}

export const NOTHING_TO_COMPARE = 'nothing to compare: in no turn did each have a call of the same kind that succeeded';

/** Rows of cells, the head first. */
export function comparisonCells({ baseline, others, rows }: Comparison): string[][] {
  const names = others.map(({ target }) => `${target.name} / ${baseline.target.name}`);
  const head = ['ms', headOf(baseline.target), ...others.map(({ target }) => headOf(target)), ...names];
  return [
    head,
    ...rows.map(row => [`${stageName(row.timing)} ${row.percentile}`, ...figuresOf(row), ...ratiosOf(row)]),
  ];
}

/** What the ratios are, and what is not known. */
export function comparisonLegend({ baseline, others, rows }: Comparison): string[] {
  const ratios = rows.flatMap(row => row.judged.map(judged => judged?.ratio));
  const unknown = [baseline, ...others].filter(({ start }) => start === 'unknown').map(({ target }) => target.name);
  return [
    ratios.some(ratio => ratio?.ci95) && 'x [95 % CI]: ratio of the medians, by a bootstrap of blocks of turns',
    ratios.some(ratio => ratio?.ci95 === null) &&
      'x without an interval: it takes ten calls on each side, none of 0 ms, not too like their neighbours',
    unknown.length > 0 &&
      `which calls of ${unknown.join(', ')} met a cold environment is unknown: the function does not tell`,
  ].filter(line => line !== false);
}

/** How late the calls left: a slow load generator must not hide in the figures. */
export function delayLines({ baseline, others }: Comparison): string[] {
  const delays = [baseline, ...others].flatMap(({ target: { name, samples } }) => {
    const latest = mostOf(samples.map(({ issuedMs, scheduledMs }) => issuedMs - scheduledMs));
    return latest === undefined ? [] : [`${name} ${formatMs(latest)} ms`];
  });
  return delays.length === 0 ? [] : [`latest after its planned time a call left: ${delays.join(', ')}`];
}

/** Where the time goes, what a cold start adds. */
export function partLines({ baseline, others }: Comparison): string[] {
  const theirs = partsOf(baseline.calls);
  return others.flatMap(other => partLinesOf(baseline, theirs, other));
}

/** Whether the targets did the same work: only then do their times compare. */
export function likenessLines({ baseline, others }: Comparison): string[] {
  return others.flatMap(other => {
    const names = `${baseline.target.name} and ${other.target.name}`;
    const { differ, both } = differingPredictions(baseline, other);
    const work = differingWork(baseline.target, other.target);
    const because = work.length === 0 ? '' : ` (${work.join('; ')})`;
    if (both === 0) return [];
    if (differ.length === 0) return [`${names} give the same answers on ${plural(both, 'picture')}${because}`];
    return [`${names} DO NOT GIVE THE SAME ANSWERS on ${differ.join(', ')}${because}`];
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
    // A single call has no median, and is all there is.
    if (distribution.count === 1 && percentile === 'p50') return formatMs(distribution.mean);
    if (percentile === 'p50') return formatWithInterval(distribution.p50, distribution.ci95.p50);
    return formatTail(distribution, percentile);
  });
}

function ratiosOf({ judged, percentile }: ComparisonRow): string[] {
  if (percentile !== 'p50') return judged.map(() => '');
  return judged.map(one => (one?.ratio === undefined ? 'unknown' : formatRatioWithInterval(one.ratio)));
}

/** A call of the other target by its parts, and what each adds to one of the baseline. */
function partLinesOf(baseline: Side, theirs: Parts | undefined, { target, start, calls }: Side): string[] {
  const ours = partsOf(calls);
  const lines: string[] = [];
  if (ours !== undefined) {
    const list = ours.parts.map(([name, ms]) => `${stageName(name)} ${formatMs(ms)}`).join(' · ');
    const what = start === 'unknown' ? 'a' : `a ${start}`;
    const of = ours.count < calls.length ? `, by the ${ours.count} of ${calls.length} with a trace` : '';
    lines.push(`${what} ${target.name} call, by means${of}: ${list} = ${formatMs(ours.serviceMs)} ms`);
  }
  if (ours !== undefined && theirs !== undefined) lines.push(gapLine(baseline, theirs, { target, calls }, ours));
  const threads = differingThreads(baseline.target, target);
  if (threads !== undefined) lines.push(`${threads}: with --threads ${target.info.threads} both run the same`);
  const cold = coldLine(target);
  const preparation = differingPreparation(baseline.target, target);
  return [...lines, ...cold, ...(cold.length > 0 && preparation !== undefined ? [preparation] : [])];
}

/** Why a part of a call may take longer there. */
const CAUSES: Readonly<Record<string, string>> = {
  networkMs: 'network and front door',
  unexplainedMs: "Lambda's own",
  parseMs: 'encoding (JSON and base64)',
  inferenceMs: 'CPU share and hardware',
  preprocessMs: 'preprocessing on that share',
};

const OF_THE_PROCESSORS = new Set(['inferenceMs', 'preprocessMs']);

/** Parts of a gap by their causes, where nothing else may be the cause. */
export function gapNames(baseline: Pick<Side, 'target'>, other: Pick<Side, 'target'>): (part: string) => string {
  const alike = processorsDiffer(baseline, other);
  return part => (alike || !OF_THE_PROCESSORS.has(part) ? CAUSES[part] : undefined) ?? stageName(part);
}

/** Another model or other threads are a cause of their own; without a limit it has the same processors. */
function processorsDiffer(baseline: Pick<Side, 'target'>, { target }: Pick<Side, 'target'>): boolean {
  return sameInference(baseline.target, target) && target.info.cpuShare !== 'unlimited';
}

function gapLine(
  baseline: Side,
  theirs: Parts,
  { target, calls }: Pick<Side, 'target' | 'calls'>,
  ours: Parts,
): string {
  const { serviceMs, parts } = gapOf(ours, theirs);
  const names = gapNames(baseline, { target });
  const ratio = processorsDiffer(baseline, { target }) ? inferenceRatio(baseline.calls, calls) : undefined;
  const named = parts.map(([name, ms]) => {
    const times = name === 'inferenceMs' && ratio !== undefined ? ` (inference ${formatRatio(ratio)}x)` : '';
    return `${names(name)} ${formatSignedMs(ms)}${times}`;
  });
  const than = `${formatMs(Math.abs(serviceMs))} ms ${serviceMs < 0 ? 'less' : 'more'} than ${baseline.target.name}`;
  return `${than}: ${named.join(' · ')}`;
}

function coldLine(target: Target): string[] {
  const extra = coldExtraMs(target);
  if (extra === undefined) return [];
  const { extraMs, count, of } = extra;
  const calls = count === 1 ? 'one call' : `the mean of ${plural(count, 'call')}`;
  const share = `${count} of ${of} calls met one: ${formatMs((extraMs * count) / of)} ms a call`;
  return [`a cold start of ${target.name} adds ${formatMs(extraMs)} ms (${calls}; connecting not counted); ${share}`];
}
