/** Two ways of doing the same, measured in one run in turns, so that whatever else the machine does hits both. */

export interface Contender {
  readonly name: string;
  /** Does the work `calls` times and returns the milliseconds of each: what belongs to the measurement, and nothing else. */
  readonly round: (calls: number) => Promise<number[]>;
}

/** A contender whose calls need nothing around them. */
export function contender(name: string, measure: () => Promise<number>): Contender {
  const round = async (calls: number) => {
    const times: number[] = [];
    for (let call = 0; call < calls; call++) times.push(await measure());
    return times;
  };
  return { name, round };
}

/** Milliseconds of the work. */
export async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

export interface Comparison {
  /** Medians of all calls, milliseconds (or whatever the contenders return). */
  readonly median: number;
  readonly baseline: number;
  /** Median over rounds of (median of the one / median of the baseline). */
  readonly ratio: number;
  /** First and ninth decile of that ratio over rounds. */
  readonly spread: readonly [number, number];
  /** The same of means, which a few slow calls move. */
  readonly means: { readonly ratio: number; readonly spread: readonly [number, number] };
  /** A median a round. */
  readonly byRound: { readonly ours: readonly number[]; readonly baseline: readonly number[] };
}

export interface Effort {
  /** Each round measures both; which comes first changes from round to round. */
  readonly rounds: number;
  /** Calls of each in a round. */
  readonly callsPerRound: number;
  /** Calls of each before the first round, thrown away. */
  readonly warmup: number;
}

export async function sideBySide(one: Contender, baseline: Contender, effort: Effort): Promise<Comparison> {
  const { rounds, callsPerRound, warmup } = effort;
  for (const contender of [one, baseline]) if (warmup > 0) await contender.round(warmup);
  const ours: number[] = [];
  const theirs: number[] = [];
  const byRound = { ours: [] as number[], baseline: [] as number[] };
  const meanRatios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const oneFirst = round % 2 === 0;
    const first = await (oneFirst ? one : baseline).round(callsPerRound);
    const second = await (oneFirst ? baseline : one).round(callsPerRound);
    const [mine, other] = oneFirst ? [first, second] : [second, first];
    ours.push(...mine);
    theirs.push(...other);
    byRound.ours.push(median(mine));
    byRound.baseline.push(median(other));
    meanRatios.push(mean(mine) / mean(other));
  }
  return {
    median: median(ours),
    baseline: median(theirs),
    ...ratioByRound(byRound),
    means: { ratio: median(meanRatios), spread: spreadOf(meanRatios) },
  };
}

/** The median over rounds of one by the other, with its deciles. */
export function ratioByRound(byRound: Comparison['byRound']): Pick<Comparison, 'ratio' | 'spread' | 'byRound'> {
  const ratios = byRound.ours.map((value, round) => value / byRound.baseline[round]!);
  return { ratio: median(ratios), spread: spreadOf(ratios), byRound };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function spreadOf(ratios: readonly number[]): [number, number] {
  return [quantile(ratios, 0.1), quantile(ratios, 0.9)];
}

/** Nearest rank. */
export function quantile(values: readonly number[], fraction: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[Math.max(0, Math.ceil(ascending.length * fraction) - 1)]!;
}
