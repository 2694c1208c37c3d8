/** Times of the kinds that benchmarks meet, by seeded randomness: what statistics are tried on. */
import { normal } from './random.ts';

export type Simulated = (count: number, random: () => number) => number[];

export const SIMULATED: Readonly<Record<string, Simulated>> = {
  /** Skewed, with a long tail. */
  lognormal: (count, random) => Array.from({ length: count }, () => 100 * Math.exp(0.25 * normal(random))),
  /** One call in ten meets something that takes a hundred times as long. */
  'bimodal 5/500': (count, random) =>
    Array.from({ length: count }, () => (random() < 0.1 ? 500 : 5) * Math.exp(0.05 * normal(random))),
  /** By a clock that counts whole milliseconds. */
  tied: (count, random) => Array.from({ length: count }, () => Math.round(20 * Math.exp(0.1 * normal(random)))),
  /** Neighbours resemble each other: an autoregression of the first order. */
  'AR(1) 0.5': autocorrelated(0.5),
  'AR(1) 0.7': autocorrelated(0.7),
  'AR(1) 0.9': autocorrelated(0.9),
};

export function autocorrelated(correlation: number): Simulated {
  return (count, random) => {
    let state = normal(random);
    return Array.from({ length: count }, () => {
      const value = 100 * Math.exp(0.1 * state);
      state = correlation * state + Math.sqrt(1 - correlation ** 2) * normal(random);
      return value;
    });
  };
}
