/** Percentiles for a live view: of any number of values, in memory that does not grow. */
import { nearestRank, supportsPercentile } from './percentile.ts';

/** Neighbouring bounds differ by 1 %, which is finer than a live view shows. */
const RATIO = 1.01;
const LEAST_MS = 1e-3;
/** Up to 1e-3 * 1.01^2400, six hours; what is longer counts as that. */
const BUCKETS = 2400;
const MOST_MS = LEAST_MS * RATIO ** BUCKETS;

/** Counts positive values in buckets of equal ratio; a percentile is right to 1 %, and exact where its bucket holds one value. */
export class RunningPercentiles {
  readonly #counts = new Uint32Array(BUCKETS);
  readonly #sumsMs = new Float64Array(BUCKETS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(valueMs: number): void {
    const withinMs = Math.min(Math.max(valueMs, LEAST_MS), MOST_MS);
    const bucket = Math.min(Math.floor(Math.log(withinMs / LEAST_MS) / Math.log(RATIO)), BUCKETS - 1);
    this.#counts[bucket]!++;
    this.#sumsMs[bucket]! += withinMs;
    this.#count++;
  }

  /** By nearest rank, an integer from 0 to 100; undefined where the values are too few to speak of it. */
  value(percent: number): number | undefined {
    return supportsPercentile(this.#count, percent) ? this.#at(percent) : undefined;
  }

  /** From the first value on: what to expect of the next call, no finding. */
  median(): number | undefined {
    return this.#count === 0 ? undefined : this.#at(50);
  }

  /** The mean of the bucket that holds the percentile; there must be a value. */
  #at(percent: number): number {
    let position = nearestRank(this.#count, percent);
    let bucket = 0;
    while (position >= this.#counts[bucket]!) position -= this.#counts[bucket++]!;
    return this.#sumsMs[bucket]! / this.#counts[bucket]!;
  }
}
