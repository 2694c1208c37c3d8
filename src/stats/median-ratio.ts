/**
 * How many times one median is another, of values measured in pairs, with a 95 % interval by the moving-block bootstrap:
 * blocks of neighbouring pairs are drawn rather than single values, because calls in a row resemble each other, which single
 * draws would take for certainty; and the same blocks on both sides, because what drifts on the machine hits both alike.
 * Source: Kuensch, "The jackknife and the bootstrap for general stationary observations", 1989.
 */
import { seededRandom } from '../core/random.ts';
import { nearestRank } from './percentile.ts';

export interface MedianRatio {
  readonly ratio: number;
  /** Null when there are too few pairs for it, or values of 0 that leave no ratio. */
  readonly ci95: readonly [low: number, high: number] | null;
}

const FEWEST_PAIRS = 10;
const MOST_RESAMPLES = 2_000;
const FEWEST_RESAMPLES = 200;
/** Values drawn in all: a report of a long run must not take seconds. */
const MOST_DRAWN = 10_000_000;
const SEED = 1;

/**
 * Median of `values` over that of `baseline`; both in issue order and as long, pair by pair. Undefined without values, or when
 * a median of 0 leaves no ratio. Throws RangeError when they are no pairs.
 */
export function medianRatio(values: readonly number[], baseline: readonly number[]): MedianRatio | undefined {
  const count = values.length;
  if (count !== baseline.length) throw new RangeError('values without a counterpart');
  if (count === 0) return undefined;
  const [above, below] = [medianOfDraws(values), medianOfDraws(baseline)];
  if (above.median <= 0 || below.median <= 0) return undefined;
  const ratio = above.median / below.median;
  if (count < FEWEST_PAIRS || values.some(value => value <= 0) || baseline.some(value => value <= 0)) {
    return { ratio, ci95: null };
  }
  const resamples = Math.min(MOST_RESAMPLES, Math.max(FEWEST_RESAMPLES, Math.floor(MOST_DRAWN / count)));
  const draw = blockDraws(count);
  const ratios = Float64Array.from({ length: resamples }, () => {
    const positions = draw();
    return above.medianOf(positions) / below.medianOf(positions);
  }).sort();
  return { ratio, ci95: [ratios[nearestRank(resamples, 2.5)]!, ratios[nearestRank(resamples, 97.5)]!] };
}

/** Each call draws as many positions as there are pairs, in blocks; into the same array. */
function blockDraws(count: number): () => Uint32Array {
  const random = seededRandom(SEED);
  // Long enough to hold what neighbours share, short enough to leave many of them: the order that the theory gives.
  const block = Math.round(Math.cbrt(count));
  const positions = new Uint32Array(count);
  return () => {
    for (let filled = 0; filled < count; ) {
      const start = Math.floor(random() * (count - block + 1));
      for (let i = start; i < start + block && filled < count; i++) positions[filled++] = i;
    }
    return positions;
  };
}

/** The nearest-rank median of all values, and that of those at some positions. */
function medianOfDraws(values: readonly number[]): { median: number; medianOf(positions: Uint32Array): number } {
  const count = values.length;
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const rankOf = new Uint32Array(count);
  for (const [rank, position] of order.entries()) rankOf[position] = rank;
  const middle = nearestRank(count, 50);
  const drawn = new Uint32Array(count);
  return {
    median: values[order[middle]!]!,
    medianOf(positions) {
      drawn.fill(0);
      for (const position of positions) drawn[rankOf[position]!]!++;
      let rank = 0;
      for (let seen = drawn[0]!; seen <= middle; seen += drawn[rank]!) rank++;
      return values[order[rank]!]!;
    },
  };
}
