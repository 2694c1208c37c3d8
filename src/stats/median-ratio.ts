/**
 * How many times one median is another, with a 95 % interval by the moving-block bootstrap. Values measured in turns are drawn by the same
 * blocks on both sides, because what drifts on the machine hits both alike; those of separate runs are drawn apart.
 */
import { seededRandom } from '../core/random.ts';
import { lag1Autocorrelation } from './autocorrelation.ts';
import { blockDraws, effectiveCount, intervalAt, reachOf95, resamplesFor } from './block-bootstrap.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { nearestRank } from './percentile.ts';

export interface MedianRatio {
  readonly ratio: number;
  /** Null when there are too few values for it, or values of 0 that leave no ratio. */
  readonly ci95: readonly [low: number, high: number] | null;
  /** Of a difference by more than the noise threshold, two-sided, the direction being that of the ratio; null as the interval. */
  readonly pValue: number | null;
}

export const FEWEST_TO_COMPARE = 10;
/** A difference that is less is not worth telling: another run on the same machine may bring it. */
export const NOISE_THRESHOLD = 0.02;
/** Values that resemble their neighbours so much that they tell no more than fewer independent ones do are too few, however many they are. */
const FEWEST_EFFECTIVE = 5;
/** Of logarithms one after another: beyond it blocks see too little of what they share. */
const MOST_RESEMBLANCE = 0.8;
const SEED = 1;

/** Values in issue order, run by run. */
export type Series = readonly (readonly number[])[];

/**
 * Median of `values` over that of `baseline`, measured in turns: both in issue order and as long, pair by pair. Undefined without values, or
 * when a median of 0 leaves no ratio. Throws RangeError when they are no pairs.
 */
export function pairedMedianRatio(values: readonly number[], baseline: readonly number[]): MedianRatio | undefined {
  if (values.length !== baseline.length) throw new RangeError('values without a counterpart');
  return ratioOf([values], [baseline], true);
}

/** The same of values that were measured apart; several runs of a side are taken for one sample. */
export function medianRatio(values: Series, baseline: Series): MedianRatio | undefined {
  return ratioOf(values, baseline, false);
}

function ratioOf(values: Series, baseline: Series, paired: boolean): MedianRatio | undefined {
  const [ours, theirs] = [values.flat(), baseline.flat()];
  const fewest = Math.min(ours.length, theirs.length);
  if (fewest === 0) return undefined;
  const [above, below] = [medianOfDraws(ours), medianOfDraws(theirs)];
  if (above.median <= 0 || below.median <= 0) return undefined;
  const ratio = above.median / below.median;
  if (fewest < FEWEST_TO_COMPARE || ours.some(value => value <= 0) || theirs.some(value => value <= 0)) {
    return { ratio, ci95: null, pValue: null };
  }
  const sides = dependences(values, baseline, paired);
  if (sides.some(tellsTooLittle)) return { ratio, ci95: null, pValue: null };
  const draws = drawMedians(
    { ...above, lengths: lengthsOf(values) },
    { ...below, lengths: lengthsOf(baseline) },
    paired,
  );
  const variances = draws.map(medians => spreadOf(medians) ** 2);
  const ratios = draws[0].map((median, i) => median / draws[1][i]!).sort();
  const reach = reachOf95(sides.map((side, i) => ({ ...side, variance: variances[i]! })));
  return { ratio, ci95: intervalAt(ratios, reach), pValue: pValueOf(ratios, ratio, reach) };
}

function tellsTooLittle({ count, resemblance }: Side): boolean {
  return effectiveCount(count, resemblance) < FEWEST_EFFECTIVE || resemblance > MOST_RESEMBLANCE;
}

interface Drawable extends ReturnType<typeof medianOfDraws> {
  readonly lengths: readonly number[];
}

/** Medians of as many draws from each side, in turns at the same positions. */
function drawMedians(ours: Drawable, theirs: Drawable, paired: boolean): readonly [Float64Array, Float64Array] {
  const count = (of: Drawable) => of.lengths.reduce((sum, length) => sum + length, 0);
  const resamples = resamplesFor((count(ours) + count(theirs)) / 2);
  const random = seededRandom(SEED);
  const draw = blockDraws(ours.lengths, random);
  const drawOther = paired ? undefined : blockDraws(theirs.lengths, random);
  const medians = [new Float64Array(resamples), new Float64Array(resamples)] as const;
  for (let i = 0; i < resamples; i++) {
    const positions = draw();
    medians[0][i] = ours.medianOf(positions);
    medians[1][i] = theirs.medianOf(drawOther?.() ?? positions);
  }
  return medians;
}

const lengthsOf = (series: Series) => series.map(({ length }) => length);

/** How likely draws stay within the threshold or go the other way, at the width of the interval. */
function pValueOf(ratios: Float64Array, ratio: number, reach: number): number {
  const threshold = Math.log(1 + NOISE_THRESHOLD);
  const sign = ratio >= 1 ? 1 : -1;
  const within = ratios.filter(drawn => sign * Math.log(drawn) <= threshold).length;
  const share = Math.max(within, 0.5) / ratios.length;
  if (share >= 0.5) return 1;
  // Where no draw does, as far as the spread of the draws tells.
  const beyond = within > 0 ? 0 : (sign * Math.log(ratio) - threshold) / Math.max(spreadOf(ratios), 1e-9);
  const distance = Math.max(-normalQuantile(share), Math.min(beyond, 37));
  return Math.min(1, 2 * normalCdf((-distance * normalQuantile(0.975)) / reach));
}

/** Standard deviation of the logarithms. */
function spreadOf(values: Float64Array): number {
  const logs = values.map(Math.log);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  return Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1));
}

interface Side {
  readonly count: number;
  /** Of what a median is made of: whether values lie above it. */
  readonly autocorrelation: number;
  /** Of the logarithms: what says how much the values tell at all. */
  readonly resemblance: number;
}

/** In turns, of what both sides do not share. */
function dependences(values: Series, baseline: Series, paired: boolean): Side[] {
  const sides = [values, baseline].map(series => ({ above: aboveMedian(series), logs: logsOf(series) }));
  const [ours, theirs] = sides as [(typeof sides)[0], (typeof sides)[0]];
  const own = paired ? [{ above: less(ours.above, theirs.above), logs: less(ours.logs, theirs.logs) }] : sides;
  return own.map(({ above, logs }) => ({
    count: above.flat().length,
    autocorrelation: lag1Autocorrelation(above) ?? 0,
    resemblance: resemblanceOf(logs),
  }));
}

/** 0 where all are the same but for how numbers are rounded. */
function resemblanceOf(logs: Series): number {
  const all = Float64Array.from(logs.flat()).sort();
  return all.at(-1)! - all[0]! < 1e-9 ? 0 : (lag1Autocorrelation(logs) ?? 0);
}

const logsOf = (series: Series) => series.map(run => run.map(Math.log));
const less = (one: Series, other: Series) => one.map((run, i) => run.map((value, j) => value - other[i]![j]!));

function aboveMedian(series: Series): number[][] {
  const all = Float64Array.from(series.flat()).sort();
  const median = all[nearestRank(all.length, 50)]!;
  return series.map(run => run.map(value => (value > median ? 1 : 0)));
}

/** The nearest-rank median of all values, and that of those at some positions. */
function medianOfDraws(values: readonly number[]): { median: number; medianOf(positions: Uint32Array): number } {
  const count = values.length;
  const ascending = Float64Array.from(values).sort();
  // Those that are the same share the first place of theirs.
  const rankOf = Uint32Array.from(values, value => firstAtLeast(ascending, value));
  const middle = nearestRank(count, 50);
  const drawn = new Uint32Array(count);
  return {
    median: ascending[middle]!,
    medianOf(positions) {
      drawn.fill(0);
      for (const position of positions) drawn[rankOf[position]!]!++;
      let rank = 0;
      for (let seen = drawn[0]!; seen <= middle; seen += drawn[rank]!) rank++;
      return ascending[rank]!;
    },
  };
}

/** Position of the first that is not less. */
function firstAtLeast(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
