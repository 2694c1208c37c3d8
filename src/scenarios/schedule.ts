/**
 * When queries are to leave: offsets from the start of the measuring, milliseconds, ascending. Pure, and made without regard to
 * answers; each offset is computed from its number, so that none inherits the rounding of those before it.
 */
import { seededRandom } from '../core/random.ts';

export type Schedule = Iterable<number>;

/** One each interval from `firstMs` on, without an end. Throws RangeError for an interval that is not above 0. */
export function every(intervalMs: number, firstMs = 0): Schedule {
  if (!(intervalMs > 0 && intervalMs < Number.POSITIVE_INFINITY))
    throw new RangeError(`an interval of ${intervalMs} ms`);
  return endless(number => firstMs + number * intervalMs);
}

/** So many a second at even distances, without an end. */
export function constantRate(perSecond: number): Schedule {
  return every(1_000 / perSecond);
}

/**
 * So many a second on average, each independent of the others as the queries of many users are; the same for the same seed;
 * without an end. Distances are exponentially distributed: -ln(1 - u) / rate. Throws RangeError for a rate that is not above 0.
 */
export function poisson(perSecond: number, seed: number): Schedule {
  if (!(perSecond > 0 && perSecond < Number.POSITIVE_INFINITY)) throw new RangeError(`a rate of ${perSecond} a second`);
  return {
    *[Symbol.iterator]() {
      const random = seededRandom(seed);
      for (let atMs = 0; ; ) {
        atMs += (-Math.log1p(-random()) * 1_000) / perSecond;
        yield atMs;
      }
    },
  };
}

/** Those before the end: [0, duration), so that half an hour of one each 30 s is sixty. */
export function within(schedule: Schedule, durationMs: number): Schedule {
  return {
    *[Symbol.iterator]() {
      for (const offsetMs of schedule) {
        if (offsetMs >= durationMs) return;
        yield offsetMs;
      }
    },
  };
}

/** How many offsets `within(every(intervalMs, firstMs), durationMs)` has, without making them. */
export function countWithin(intervalMs: number, firstMs: number, durationMs: number): number {
  let count = Math.max(0, Math.ceil((durationMs - firstMs) / intervalMs));
  // A quotient is rounded; what counts is what the schedule computes.
  while (count > 0 && firstMs + (count - 1) * intervalMs >= durationMs) count--;
  while (firstMs + count * intervalMs < durationMs) count++;
  return count;
}

function endless(offsetMs: (number: number) => number): Schedule {
  return {
    *[Symbol.iterator]() {
      for (let number = 0; ; number++) yield offsetMs(number);
    },
  };
}
