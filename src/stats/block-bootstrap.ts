/**
 * The moving-block bootstrap: what could have come out as well, were the same system measured again. Blocks of neighbours are drawn rather
 * than single values, because calls in a row resemble each other, which single draws would take for certainty.
 * Sources: Kuensch, "The jackknife and the bootstrap for general stationary observations", 1989; Lahiri, "Resampling Methods for Dependent
 * Data", 2003.
 */
import { normalCdf, studentQuantile } from './normal.ts';
import { nearestRank } from './percentile.ts';

/** Long enough to hold what neighbours share, short enough to leave many of them: the order that the theory gives. */
export function blockLength(count: number): number {
  return Math.max(1, Math.round(Math.cbrt(count)));
}

/**
 * Each call draws as many positions as there are values, into the same array. Of several series in a row (their lengths) each gives as many
 * as it has, and no block lies across two of them.
 */
export function blockDraws(lengths: readonly number[], random: () => number): () => Uint32Array {
  const positions = new Uint32Array(lengths.reduce((sum, length) => sum + length, 0));
  return () => {
    let filled = 0;
    let first = 0;
    for (const length of lengths) {
      const block = blockLength(length);
      const end = filled + length;
      while (filled < end) {
        const start = first + Math.floor(random() * (length - block + 1));
        for (let i = start; i < start + block && filled < end; i++) positions[filled++] = i;
      }
      first += length;
    }
    return positions;
  };
}

const MOST_RESAMPLES = 4_000;
const FEWEST_RESAMPLES = 200;
/** Values drawn in all: a report of a long run must not take seconds. */
const MOST_DRAWN = 10_000_000;

/** How often to draw so many values. */
export function resamplesFor(count: number): number {
  return Math.min(MOST_RESAMPLES, Math.max(FEWEST_RESAMPLES, Math.floor(MOST_DRAWN / count)));
}

/** The ends of the interval that reaches so many standard deviations, among estimates from draws in ascending order. */
export function intervalAt(estimates: Float64Array, reach: number): readonly [low: number, high: number] {
  const at = nearestRank(estimates.length, 100 * normalCdf(-reach));
  return [estimates[at]!, estimates[estimates.length - 1 - at]!];
}

/** A series as the width of an interval depends on it. */
export interface Dependence {
  readonly count: number;
  /** Lag-1 autocorrelation of what the estimate is made of. */
  readonly autocorrelation: number;
  /** Of the estimates from draws of this series: what it adds to the whole. Any number for a series alone. */
  readonly variance: number;
}

/** Beyond that a series tells nothing of its own noise. */
const MOST_AUTOCORRELATION = 0.9;

/**
 * How many standard deviations of the draws an interval for 95 % must reach: more than 1.96, because few blocks tell little of their own spread
 * (Student's t by the number of blocks, of two series by Welch and Satterthwaite: the noisier one counts most), and because blocks see only the
 * dependence within them (for a first-order autoregression, the ratio of the spread of its mean to what blocks of that length show of it).
 * Checked by simulation: see docs/statistics.md.
 */
export function reachOf95(sides: readonly Dependence[]): number {
  const whole = sides.reduce((sum, { variance }) => sum + variance, 0);
  // Where draws do not vary at all, all series count the same.
  const weighed = sides.map(side => ({ ...side, weight: whole > 0 ? side.variance / whole : 1 / sides.length }));
  const doubt = weighed.reduce((sum, { count, weight }) => sum + weight ** 2 / (count / blockLength(count) - 1), 0);
  const missed = weighed.reduce((sum, side) => sum + side.weight * missedDependence(side) ** 2, 0);
  return studentQuantile(0.975, Math.max(2, 1 / doubt)) * Math.sqrt(missed);
}

/** How many independent values tell as much, for a first-order autoregression. */
export function effectiveCount(count: number, autocorrelation: number): number {
  const rho = correctedAutocorrelation(count, autocorrelation);
  return (count * (1 - rho)) / (1 + rho);
}

/** As a factor on the standard deviation. */
function missedDependence({ count, autocorrelation }: Dependence): number {
  const rho = correctedAutocorrelation(count, autocorrelation);
  const block = blockLength(count);
  let seen = 1;
  for (let lag = 1; lag < block; lag++) seen += 2 * (1 - lag / block) * rho ** lag;
  return Math.sqrt((1 + rho) / (1 - rho) / seen);
}

/** Without its bias in short series (Marriott and Pope, Kendall, 1954); no less than 0. */
function correctedAutocorrelation(count: number, autocorrelation: number): number {
  const corrected = autocorrelation + (1 + 3 * autocorrelation) / count;
  return Math.min(MOST_AUTOCORRELATION, Math.max(0, corrected));
}
