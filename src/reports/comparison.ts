/**
 * Targets of one record side by side. Only calls with a counterpart are compared: those of the same turn and picture that
 * succeeded on every target, so that neither other pictures nor other minutes stand on one side. No layout.
 */
import type { Distribution, RunRecord, Sample, StartKind, Target, TargetInfo } from '../core/record.ts';
import { distributionOf } from '../stats/distribution.ts';
import { type MedianRatio, medianRatio } from '../stats/median-ratio.ts';
import { timesOf } from '../stats/summary.ts';
import { isColdRun, isOpenLoop } from './facts.ts';
import { plural } from './figures.ts';

/** What a row shows of a timing. */
export type Percentile = 'p50' | 'p90' | 'p95' | 'p99';

export interface ComparisonRow {
  /** By its name in the record. */
  readonly timing: string;
  readonly percentile: Percentile;
  /** In the order of the sides; undefined for one that did not tell. */
  readonly distributions: readonly (Distribution | undefined)[];
  /** To the baseline, in the order of the other sides; of medians only. */
  readonly ratios: readonly (MedianRatio | undefined)[];
}

/** A target with its calls that are compared. */
export interface Side {
  readonly target: Target;
  /** Warm calls, or those of unknown start where they are more; cold ones of a run that makes them so. */
  readonly start: StartKind;
  /** In issue order; as many on each side, turn by turn. */
  readonly calls: readonly Sample[];
  /** Calls of that start which have no counterpart. */
  readonly unpaired: readonly Sample[];
}

export interface Comparison {
  /** This process where it is a target, else the first. */
  readonly baseline: Side;
  readonly others: readonly Side[];
  /** Turns are slots of a schedule. */
  readonly open: boolean;
  readonly rows: readonly ComparisonRow[];
}

const TAILS: readonly Percentile[] = ['p50', 'p90', 'p95', 'p99'];
type Rows = readonly (readonly [timing: string, percentiles: readonly Percentile[]])[];
const WORK_ROWS: Rows = [
  ['preprocessMs', ['p50']],
  ['inferenceMs', ['p50']],
  ['handlerMs', TAILS],
];
const INIT_ROWS: Rows = (['initMs', 'runtimeStartMs', 'importsMs', 'sessionMs'] as const).map(name => [name, ['p50']]);
/** Percentiles beyond the median for what a user waits for, the median alone for its parts: where calls have planned times, a user waits from then on. */
const CLOSED_ROWS: Rows = [...WORK_ROWS, ['serviceMs', TAILS]];
const COLD_ROWS: Rows = [...INIT_ROWS, ...CLOSED_ROWS];
const OPEN_ROWS: Rows = [...WORK_ROWS, ['serviceMs', ['p50']], ['responseMs', TAILS]];

/** Undefined for a single target. Without a pair of calls there are no rows. */
export function compareTargets({ run, targets }: RunRecord): Comparison | undefined {
  const first = targets.find(({ name }) => name === 'local') ?? targets[0];
  if (first === undefined || targets.length < 2) return undefined;
  const cold = isColdRun(run);
  const [baseline, ...others] = sidesOf([first, ...targets.filter(target => target !== first)], cold);
  const open = isOpenLoop(run);
  const rows = cold ? COLD_ROWS : open ? OPEN_ROWS : CLOSED_ROWS;
  return { baseline: baseline!, others, open, rows: rowsOf([baseline!, ...others], rows) };
}

function sidesOf(targets: readonly Target[], cold: boolean): Side[] {
  const candidates = targets.map(target => {
    const start = cold ? 'cold' : startOf(target);
    const calls = target.samples.filter(
      sample => sample.outcome.ok && sample.phase === 'measured' && sample.start === start,
    );
    return { target, start, calls, byTurn: new Map(calls.map(call => [turnOf(call), call])) };
  });
  const paired = (call: Sample) => candidates.every(({ byTurn }) => byTurn.has(turnOf(call)));
  return candidates.map(({ target, start, calls }) => ({
    target,
    start,
    calls: calls.filter(paired),
    unpaired: calls.filter(call => !paired(call)),
  }));
}

const turnOf = ({ seq, image }: Sample) => `${seq} ${image}`;

/** Without word from the function its calls are of unknown start. */
function startOf({ summary }: Target): StartKind {
  const count = (start: 'warm' | 'unknown') => summary[start]?.serviceMs?.count ?? 0;
  return count('unknown') > count('warm') ? 'unknown' : 'warm';
}

function rowsOf(sides: readonly Side[], rows: Rows): ComparisonRow[] {
  const times = sides.map(({ calls }) => calls.map(timesOf));
  return rows.flatMap(([timing, percentiles]) => {
    const values = valuesOf(times, timing);
    const distributions = values.map(own => distributionOf(own));
    const told = values.every(({ length }) => length > 0);
    return percentiles
      .filter(percentile => percentile === 'p50' || distributions.some(own => (own?.[percentile] ?? null) !== null))
      .filter(() => distributions.some(own => own !== undefined))
      .map(percentile => ({
        timing,
        percentile,
        distributions,
        ratios: values.slice(1).map(own => (told && percentile === 'p50' ? medianRatio(own, values[0]!) : undefined)),
      }));
  });
}

/** Of the turns in which every side told this time; each side's own where one never did. */
function valuesOf(times: readonly (readonly Record<string, number>[])[], timing: string): number[][] {
  const pairs = times[0]!.map((_, turn) => times.map(side => side[turn]![timing]));
  const whole = pairs.filter((pair): pair is number[] => pair.every(value => value !== undefined));
  if (whole.length > 0) return times.map((_, side) => whole.map(pair => pair[side]!));
  return times.map((_, side) => pairs.flatMap(pair => pair[side] ?? []));
}

/** Pictures to which two sides gave other classes, or probabilities that differ in the second decimal of a percent. */
export function differingPredictions(one: Side, other: Side): { differ: string[]; both: number } {
  const differ = new Set<string>();
  for (const [turn, call] of one.calls.entries()) {
    if (!sameAnswer(call.predictions, other.calls[turn]!.predictions)) differ.add(call.image);
  }
  return { differ: [...differ], both: new Set(one.calls.map(({ image }) => image)).size };
}

/** The second decimal of a percent, and half of it because both sides are rounded. */
const SAME_PROBABILITY = 0.000_15;

function sameAnswer(one: Sample['predictions'], other: Sample['predictions']): boolean {
  return (
    one.length === other.length &&
    one.every(
      ({ classId, probability }, i) =>
        classId === other[i]!.classId && Math.abs(probability - other[i]!.probability) <= SAME_PROBABILITY,
    )
  );
}

/** `local ran 2 threads, lambda 1`: fair only if that is what is to be compared. Undefined when they are the same, or unknown. */
export function differingThreads({ name: one, info: a }: Target, { name: other, info: b }: Target): string | undefined {
  if (a.threads === undefined || b.threads === undefined || a.threads === b.threads) return undefined;
  return `${one} ran ${plural(a.threads, 'thread')}, ${other} ${b.threads}`;
}

/** Whether both are known to run the same network with as many threads: then what its times differ by is the processors' doing. */
export function sameInference({ info: one }: Target, { info: other }: Target): boolean {
  const [a, b] = [one.model?.sha256, other.model?.sha256];
  return a !== undefined && a === b && one.threads !== undefined && one.threads === other.threads;
}

/** Of the medians, calls of `other` to those of `baseline`; undefined when one side did not tell. */
export function inferenceRatio(baseline: readonly Sample[], other: readonly Sample[]): number | undefined {
  const [ours, theirs] = [other, baseline].map(
    calls => distributionOf(calls.flatMap(call => call.timings.inferenceMs ?? []))?.p50,
  );
  return ours == null || theirs == null || theirs === 0 ? undefined : ours / theirs;
}

/** In words, what two targets are known to do unlike each other, or not known to do alike. */
export function differingWork({ info: one }: Target, { info: other }: Target): string[] {
  const pairs: [what: string, one: string | undefined, other: string | undefined][] = [
    ['model', one.model?.sha256, other.model?.sha256],
    ['preprocessing', one.preprocess, other.preprocess],
  ];
  return pairs.flatMap(([what, a, b]) => {
    if (a === undefined || b === undefined) return [`${what} not known of both`];
    if (a === b) return [];
    return [`another ${what}${what === 'model' ? `: ${modelName(one)} and ${modelName(other)}` : `: ${a} and ${b}`}`];
  });
}

const modelName = ({ model }: TargetInfo) => model?.name ?? 'unknown';
