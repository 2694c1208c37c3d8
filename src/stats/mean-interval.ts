/** A mean with a 95 % interval by the moving-block bootstrap: of what adds up, such as billed time. */
import { seededRandom } from '../core/random.ts';
import { lag1Autocorrelation } from './autocorrelation.ts';
import { blockDraws, intervalAt, reachOf95, resamplesFor } from './block-bootstrap.ts';
import { FEWEST_TO_COMPARE } from './median-ratio.ts';

export interface Mean {
  readonly mean: number;
  /** Null when there are too few values. With rare large values among few it is too narrow: none may have been met. */
  readonly ci95: readonly [low: number, high: number] | null;
}

const SEED = 1;

/** Of values in issue order; undefined without any. */
export function meanInterval(values: readonly number[]): Mean | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < FEWEST_TO_COMPARE) return { mean, ci95: null };
  const draw = blockDraws([count], seededRandom(SEED));
  const means = Float64Array.from({ length: resamplesFor(count) }, () => {
    let sum = 0;
    for (const position of draw()) sum += values[position]!;
    return sum / count;
  }).sort();
  const reach = reachOf95([{ count, autocorrelation: lag1Autocorrelation([values]) ?? 0, variance: 1 }]);
  return { mean, ci95: intervalAt(means, reach) };
}
