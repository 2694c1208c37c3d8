/** Randomness that is the same in every run. */

export { seededRandom } from '../src/core/random.ts';

/** One value of the standard normal distribution (Box and Muller). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Times as a benchmark sees them: positive, skewed, with a long tail, the median at 20. */
export function lognormalTimes(count: number, random: () => number): number[] {
  return Array.from({ length: count }, () => 20 * Math.exp(0.5 * normal(random)));
}

export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const copy = [...values];
  for (let at = copy.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [copy[at], copy[other]] = [copy[other] as T, copy[at] as T];
  }
  return copy;
}
