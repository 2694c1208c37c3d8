/**
 * How many times one median is another, with a 95 % interval by the moving-block bootstrap. Values measured in turns are drawn by the same
 * blocks on both sides, because what drifts on the machine hits both alike; those of separate runs are drawn apart.
 */
import { seededRandom } from '../core/random.ts';
import { lag1Autocorrelation } from './autocorrelation.ts';
import { blockDraws, type Dependence, intervalAt, reachOf95, resamplesFor } from './block-bootstrap.ts';
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
  const resamples = resamplesFor((ours.length + theirs.length) / 2);
  const random = seededRandom(SEED);
  const draw = blockDraws(lengthsOf(values), random);
  const drawOther = paired ? undefined : blockDraws(lengthsOf(baseline), random);
  const ratios = Float64Array.from({ length: resamples }, () => {
    const positions = draw();
    const median = above.medianOf(positions);
    return median / below.medianOf(drawOther?.() ?? positions);
  }).sort();
  const reach = reachOf95(dependences(values, baseline, paired));
  return { ratio, ci95: intervalAt(ratios, reach), pValue: pValueOf(ratios, ratio, reach) };
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
function spreadOf(ratios: Float64Array): number {
  const logs = ratios.map(Math.log);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  return Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1));
}

/** Of what a median is made of: whether values lie above it. In turns, of what both sides do not share. */
function dependences(values: Series, baseline: Series, paired: boolean): Dependence[] {
  const [ours, theirs] = [aboveMedian(values), aboveMedian(baseline)];
  const sides = paired ? [ours.map((run, i) => run.map((above, j) => above - theirs[i]![j]!))] : [ours, theirs];
  return sides.map(side => ({ count: side.flat().length, autocorrelation: lag1Autocorrelation(side) ?? 0 }));
}

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
