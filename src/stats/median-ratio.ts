/**
 * How many times one median is another, with a 95 % interval by the moving-block bootstrap: blocks of neighbours are drawn
 * rather than single values, because calls in a row resemble each other, which single draws would take for certainty.
 * Source: Kuensch, "The jackknife and the bootstrap for general stationary observations", 1989.
 */
import { seededRandom } from '../core/random.ts';
import { nearestRank } from './percentile.ts';

export interface MedianRatio {
  readonly ratio: number;
  /** Null when a side has too few values for it. */
  readonly ci95: readonly [low: number, high: number] | null;
}

const FEWEST_VALUES = 10;
const RESAMPLES = 2_000;
const SEED = 1;

/** Median of `values` over that of `baseline`; both in issue order, above 0. Undefined when a side is empty or a baseline of 0 leaves no ratio. */
export function medianRatio(values: readonly number[], baseline: readonly number[]): MedianRatio | undefined {
  if (values.length === 0 || baseline.length === 0) return undefined;
  const random = seededRandom(SEED);
  const [above, below] = [medianOfResamples(values, random), medianOfResamples(baseline, random)];
  if (below.median <= 0) return undefined;
  const ratio = above.median / below.median;
  if (Math.min(values.length, baseline.length) < FEWEST_VALUES) return { ratio, ci95: null };
  const ratios = Float64Array.from({ length: RESAMPLES }, () => above.draw() / below.draw()).sort();
  return { ratio, ci95: [ratios[nearestRank(RESAMPLES, 2.5)]!, ratios[nearestRank(RESAMPLES, 97.5)]!] };
}

/** The nearest-rank median of the values, and that of one resample after another. */
function medianOfResamples(values: readonly number[], random: () => number): { median: number; draw(): number } {
  const count = values.length;
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const rankOf = new Uint32Array(count);
  for (const [rank, position] of order.entries()) rankOf[position] = rank;
  const middle = nearestRank(count, 50);
  // Long enough to hold what neighbours share, short enough to leave many of them: the order that the theory gives.
  const block = Math.ceil(Math.cbrt(count));
  const drawn = new Uint32Array(count);
  return {
    median: values[order[middle]!]!,
    draw() {
      drawn.fill(0);
      for (let filled = 0; filled < count; ) {
        const start = Math.floor(random() * (count - block + 1));
        for (let i = start; i < start + block && filled < count; i++, filled++) drawn[rankOf[i]!]!++;
      }
      let rank = 0;
      for (let seen = drawn[0]!; seen <= middle; seen += drawn[rank]!) rank++;
      return values[order[rank]!]!;
    },
  };
}
