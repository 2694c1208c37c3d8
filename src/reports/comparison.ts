/**
 * Targets of one record side by side. Only calls with a counterpart are compared: those of the same turn and picture that
 * succeeded on every target, so that neither other pictures nor other minutes stand on one side. No layout.
 */
import type { Distribution, RunRecord, Sample, StartKind, Target } from '../core/record.ts';
import { distributionOf } from '../stats/distribution.ts';
import { timesOf } from '../stats/summary.ts';
import { type Judged, judge } from '../stats/verdict.ts';
import { isColdRun, isOpenLoop } from './facts.ts';

/** What a row shows of a timing. */
export type Percentile = 'p50' | 'p90' | 'p95' | 'p99';

export interface ComparisonRow {
  /** By its name in the record. */
  readonly timing: string;
  readonly percentile: Percentile;
  /** In the order of the sides; undefined for one that did not tell. */
  readonly distributions: readonly (Distribution | undefined)[];
  /** Against the baseline, in the order of the other sides; of medians only, and undefined where a side did not tell. */
  readonly judged: readonly (Judged | undefined)[];
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
  /** The time whose verdict is the comparison's; the others' are corrected for being many. */
  readonly headline: string;
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
  const headline = open ? 'responseMs' : 'serviceMs';
  return { baseline: baseline!, others, open, rows: rowsOf([baseline!, ...others], rows, headline), headline };
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

function rowsOf(sides: readonly Side[], rows: Rows, headline: string): ComparisonRow[] {
  const times = sides.map(({ calls }) => calls.map(timesOf));
  const told = rows
    .map(([timing, percentiles]) => ({ timing, percentiles, ...valuesOf(times, timing) }))
    .filter(({ values }) => values.some(own => own.length > 0));
  const judged = judgeAll(told, headline);
  return told.flatMap(({ timing, percentiles, values }, i) => {
    const distributions = values.map(own => distributionOf(own));
    return percentiles
      .filter(percentile => percentile === 'p50' || distributions.some(own => (own?.[percentile] ?? null) !== null))
      .map(percentile => ({
        timing,
        percentile,
        distributions,
        judged: values.slice(1).map((_, other) => (percentile === 'p50' ? judged[other]![i] : undefined)),
      }));
  });
}

/** Of each side but the first, time by time; undefined where there are no pairs. */
function judgeAll(
  told: readonly { timing: string; values: readonly (readonly number[])[]; paired: boolean }[],
  headline: string,
): (Judged | undefined)[][] {
  const others = (told[0]?.values.length ?? 1) - 1;
  return Array.from({ length: others }, (_, other) => {
    const both = told.filter(({ paired }) => paired);
    const asked = both.map(({ values }) => ({ values: [values[other + 1]!], baseline: [values[0]!], paired: true }));
    const judged = judge(
      asked,
      both.findIndex(({ timing }) => timing === headline),
    );
    return told.map(time => {
      const at = both.indexOf(time);
      return at === -1 ? undefined : judged[at];
    });
  });
}

/** Of the turns in which every side told this time; each side's own, which are no pairs, where there is no such turn. */
function valuesOf(
  times: readonly (readonly Record<string, number>[])[],
  timing: string,
): { values: number[][]; paired: boolean } {
  const turns = times[0]!.map((_, turn) => times.map(side => side[turn]![timing]));
  const whole = turns.filter((turn): turn is number[] => turn.every(value => value !== undefined));
  if (whole.length > 0) return { values: times.map((_, side) => whole.map(turn => turn[side]!)), paired: true };
  return { values: times.map((_, side) => turns.flatMap(turn => turn[side] ?? [])), paired: false };
}

/** Of the medians, calls of `other` to those of `baseline`; undefined when one side did not tell. */
export function inferenceRatio(baseline: readonly Sample[], other: readonly Sample[]): number | undefined {
  const [ours, theirs] = [other, baseline].map(
    calls => distributionOf(calls.flatMap(call => call.timings.inferenceMs ?? []))?.p50,
  );
  return ours == null || theirs == null || theirs === 0 ? undefined : ours / theirs;
}
