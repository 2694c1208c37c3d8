/** What a sweep says in cells and words: time, billed time, memory and cost of each setting, which of them are worth choosing, what threads are worth. No layout. */
import { usageCostUsd, usageOf } from '../core/call-cost.ts';
import type { Run, RunRecord, Sample, StartKind, Target } from '../core/record.ts';
import { distributionOf } from '../stats/distribution.ts';
import { type MedianRatio, pairedMedianRatio } from '../stats/median-ratio.ts';
import { paretoBest } from '../stats/pareto.ts';
import { timesOf } from '../stats/summary.ts';
import { architectureOf, type CostTerms } from './cost.ts';
import { pricesName } from './cost-text.ts';
import { kindOfCalls } from './facts.ts';
import { formatMb, formatMs, formatRatioWithInterval, formatWithInterval, plural, UNKNOWN } from './figures.ts';
import { isFunction, mostMemoryMb } from './target-facts.ts';

export function isSweep({ command }: Run): boolean {
  return command === 'sweep';
}

/** A target with what its row shows; undefined is not known. */
interface Row {
  readonly target: Target;
  /** Of its calls: warm ones, else those of which nobody knows. */
  readonly start: StartKind;
  readonly calls: readonly Sample[];
  readonly times: ReturnType<typeof distributionOf>;
  readonly billedMs: number | undefined;
  readonly costUsd: number | undefined;
}

/** Rows of cells, the head first. */
export function sweepCells(record: RunRecord, terms: CostTerms): string[][] {
  const { targets } = record;
  const rows = targets.map(target => rowOf(record, target, terms));
  const remote = targets.some(({ info }) => isFunction(info));
  const best = paretoBest(rows.map(({ times, costUsd }) => [times?.p50 ?? undefined, costUsd]));
  const head = ['setting', 'calls', 'inference p50 ms', 'service p50 ms [95 % CI]', 'p90'];
  const ofFunction = ['cold', 'init mean ms', 'billed mean ms', 'max memory MB', 'USD per million', 'best'];
  return [
    [...head, ...(remote ? ofFunction : [])],
    ...rows.map((row, i) => [...timeCells(row), ...(remote ? functionCells(row, best[i]) : [])]),
  ];
}

function rowOf(record: RunRecord, target: Target, { prices }: CostTerms): Row {
  const { start, calls } = usualCalls(target);
  const { memoryMb, frontDoor } = target.info;
  const architecture = architectureOf(record, target) ?? ASSUMED;
  const billed = calls.map(({ timings }) => timings.billedMs);
  const billedMs = meanOf(billed);
  const costs = calls.map(({ timings: { billedMs: ms }, requestBytes }) => {
    if (ms === undefined || memoryMb === undefined) return undefined;
    const usage = usageOf({ billedMs: ms, memoryMb, frontDoor, requestBytes }, prices);
    return usage.atLeast ? undefined : usageCostUsd(usage, prices, architecture);
  });
  const times = distributionOf(calls.map(call => timesOf(call).serviceMs!));
  return { target, start, calls, times, billedMs, costUsd: meanOf(costs) };
}

/** Where nobody tells; the legend says so. */
const ASSUMED = 'x86_64';

function usualCalls({ samples }: Target): { start: StartKind; calls: Sample[] } {
  const of = (kind: StartKind) =>
    samples.filter(({ outcome, phase, start }) => outcome.ok && phase === 'measured' && start === kind);
  const warm = of('warm');
  return warm.length > 0 ? { start: 'warm', calls: warm } : { start: 'unknown', calls: of('unknown') };
}

/** Undefined unless all are known. */
function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter(value => value !== undefined);
  if (known.length === 0 || known.length < values.length) return undefined;
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

function timeCells({ target, start, calls, times }: Row): string[] {
  const inference = distributionOf(inferenceOf(calls));
  return [
    target.name,
    start === 'warm' || calls.length === 0 ? String(calls.length) : `${calls.length} of unknown start`,
    orUnknown(inference?.p50, formatMs),
    times === undefined ? UNKNOWN : formatWithInterval(times.p50, times.ci95.p50),
    orUnknown(times?.p90, formatMs),
  ];
}

function functionCells({ target, billedMs, costUsd }: Row, best: boolean | undefined): string[] {
  const cold = target.samples.filter(({ start, outcome }) => start === 'cold' && outcome.ok);
  const memory = mostMemoryMb(target);
  return [
    String(cold.length),
    orUnknown(meanOf(cold.map(({ timings }) => timings.initMs)), formatMs),
    orUnknown(billedMs, formatMs),
    orUnknown(memory, formatMb),
    orUnknown(costUsd, usd => (usd * 1e6).toPrecision(3)),
    best === undefined ? UNKNOWN : best ? '*' : '',
  ];
}

function orUnknown(value: number | null | undefined, format: (value: number) => string): string {
  return value == null ? UNKNOWN : format(value);
}

/** What the columns are, and what stands in none of them. */
export function sweepLegend(record: RunRecord, terms: CostTerms): string[] {
  const { targets } = record;
  const kinds = [...new Set(targets.map(target => kindOfCalls(usualCalls(target).start)))].join(', or ');
  if (!targets.some(({ info }) => isFunction(info))) return [`of ${kinds}; settings in turns`];
  const told = targets.map(target => architectureOf(record, target));
  const known = [...new Set(told.filter(one => one !== undefined))].join(' and ');
  const assumed = told.includes(undefined) ? `an architecture that is not known, counted as ${ASSUMED}` : '';
  return [
    `of ${kinds}; settings in turns; init and memory: cold calls and all calls; -: not known, or too few calls`,
    `USD per million of them: billed time and requests at the ${pricesName(terms)}, ${[known, assumed].filter(Boolean).join(', and ')}, without free tier, logs and traffic: an estimate`,
    '*: no other setting is quicker (service p50) at the same cost or less, or cheaper at the same time or less',
  ];
}

/** What more threads are worth at each memory size, against the fewest that were tried there. */
export function describeThreads(targets: readonly Target[]): string[] {
  const rows = targets.map(target => ({ target, calls: usualCalls(target).calls }));
  const sizes = [...new Set(targets.map(({ info }) => info.memoryMb))];
  const compared = sizes.flatMap(memoryMb => {
    const alike = rows
      .filter(({ target }) => target.info.memoryMb === memoryMb && target.info.threads !== undefined)
      .sort((a, b) => a.target.info.threads! - b.target.info.threads!);
    const [fewest, ...more] = alike;
    return more.flatMap(({ target, calls }) => {
      const ratio = ratioOf(inferenceOf(calls), inferenceOf(fewest!.calls));
      const { threads = 1 } = target.info;
      return ratio === undefined ? [] : [{ memoryMb, threads, fewest: fewest!.target.info.threads!, ratio }];
    });
  });
  const counts = [...new Set(compared.map(({ threads }) => threads))].sort((a, b) => a - b);
  return counts.map(threads => {
    const at = compared.filter(one => one.threads === threads);
    const list = at.map(
      ({ memoryMb, ratio }) => `${memoryMb === undefined ? '' : `${memoryMb} MB `}${formatRatioWithInterval(ratio)}`,
    );
    const helps = at.filter(({ ratio }) => ratio.ci95 !== null && ratio.ci95[1] < 1);
    const first = helps[0]?.memoryMb;
    const verdict =
      helps.length === 0
        ? 'at none of them is it shown to help'
        : helps.length === at.length
          ? 'it helps'
          : `it begins to help at ${first} MB`;
    return `inference with ${plural(threads, 'thread')} against ${at[0]!.fewest}: ${list.join(' · ')}: ${verdict}`;
  });
}

/** Turn by turn; those of one side that has more, because calls failed on the other, are left out. */
function ratioOf(own: readonly number[], base: readonly number[]): MedianRatio | undefined {
  const count = Math.min(own.length, base.length);
  return pairedMedianRatio(own.slice(0, count), base.slice(0, count));
}

function inferenceOf(calls: readonly Sample[]): number[] {
  return calls.flatMap(({ timings }) => timings.inferenceMs ?? []);
}
