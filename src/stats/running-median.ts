/** A median for a live view: of any number of values, in memory that does not grow. */

/** Neighbouring bounds differ by 1 %, which is finer than a live view shows. */
const RATIO = 1.01;
const LEAST = 1e-3;
/** Up to 1e-3 * 1.01^2400, six hours in milliseconds; what is longer counts as that. */
const BUCKETS = 2400;

/** Counts positive values in buckets of equal ratio; the median is right to 1 %. */
export class RunningMedian {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;

  add(value: number): void {
    const bucket = Math.floor(Math.log(Math.max(value, LEAST) / LEAST) / Math.log(RATIO));
    this.#counts[Math.min(bucket, BUCKETS - 1)]!++;
    this.#count++;
  }

  /** The middle of the median's bucket; undefined before the first value. */
  value(): number | undefined {
    if (this.#count === 0) return undefined;
    let rank = Math.ceil(this.#count / 2);
    let bucket = 0;
    while (rank > this.#counts[bucket]!) rank -= this.#counts[bucket++]!;
    return LEAST * RATIO ** (bucket + 0.5);
  }
}
