/** Times of the calls of an open loop: their percentiles, and how those of two contenders compare round by round. */
import { nearestRank, supportsPercentile } from '../src/stats/percentile.ts';
import { ms, say } from './print.ts';
import { type Comparison, ratioByRound } from './side-by-side.ts';

/** Milliseconds, a value a call, in the order of the calls. */
export interface CallTimes {
  readonly issueDelayMs: readonly number[];
  readonly serviceMs: readonly number[];
  readonly responseMs: readonly number[];
}

export function callTimes(
  samples: readonly { scheduledMs: number; issuedMs: number; completedMs: number }[],
): CallTimes {
  return {
    issueDelayMs: samples.map(({ issuedMs, scheduledMs }) => issuedMs - scheduledMs),
    serviceMs: samples.map(({ completedMs, issuedMs }) => completedMs - issuedMs),
    responseMs: samples.map(({ completedMs, scheduledMs }) => completedMs - scheduledMs),
  };
}

/** Nearest rank, however few there are. */
export function rank(values: readonly number[], percent: number): number {
  const ascending = Float64Array.from(values).sort();
  return ascending[nearestRank(ascending.length, percent)]!;
}

/** Of how late calls may leave; for fewer than a hundred calls, which have no p99, it is the latest that counts. */
const BUDGET_MS = 5;

export function delayLine(name: string, delays: readonly number[]): void {
  const judged = supportsPercentile(delays.length, 99) ? 99 : 100;
  const shown = [50, 90, 99, 100].map(
    percent =>
      `${percent === 100 ? 'max' : `p${percent}`} ${percent === 100 || supportsPercentile(delays.length, percent) ? ms(rank(delays, percent)) : '-'.padStart(9)}`,
  );
  const verdict = Number(rank(delays, judged).toFixed(2)) <= BUDGET_MS ? 'met' : 'MISSED';
  say(`  ${name.padEnd(34)} ${shown.join('  ')}  of ${delays.length}   budget p99 ${BUDGET_MS} ms: ${verdict}`);
}

/** The percentile of a round of the one by that of the same round of the other. */
export function compareRounds(
  ours: readonly (readonly number[])[],
  baselines: readonly (readonly number[])[],
  percent: number,
): Omit<Comparison, 'means'> {
  const ranks = (rounds: readonly (readonly number[])[]) => rounds.map(values => rank(values, percent));
  return {
    median: rank(ours.flat(), percent),
    baseline: rank(baselines.flat(), percent),
    ...ratioByRound({ ours: ranks(ours), baseline: ranks(baselines) }),
  };
}
