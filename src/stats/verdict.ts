/** What a comparison of two sides comes to. One headline decides at its own 95 %; the others are looked at beside it, and corrected for being many. */
import { lag1Autocorrelation } from './autocorrelation.ts';
import { holm } from './holm.ts';
import { type MannWhitney, mannWhitney } from './mann-whitney.ts';
import { FEWEST_TO_COMPARE, type MedianRatio, medianRatio, pairedMedianRatio, type Series } from './median-ratio.ts';

export type Verdict = 'faster' | 'slower' | 'no difference seen' | 'too few samples';

/** One time on both sides. */
export interface Asked {
  readonly values: Series;
  readonly baseline: Series;
  /** Measured in turns, pair by pair: one series a side. */
  readonly paired: boolean;
}

export interface Judged {
  readonly counts: readonly [values: number, baseline: number];
  /** Undefined without values on one side, or where a median is 0. */
  readonly ratio: MedianRatio | undefined;
  readonly verdict: Verdict;
  /** Of a difference beyond the noise threshold, corrected where it is not the headline; null without an interval. */
  readonly pValue: number | null;
  /** Lag-1, of each side; undefined when all its values are the same. */
  readonly autocorrelation: readonly [values: number | undefined, baseline: number | undefined];
  /** Beside it; decides nothing. */
  readonly mannWhitney: MannWhitney | undefined;
}

const LEVEL = 0.05;

/** In the order asked; `headline` is the position of the one that decides. */
export function judge(asked: readonly Asked[], headline: number): Judged[] {
  const ratios = asked.map(({ values, baseline, paired }) =>
    paired ? pairedMedianRatio(values.flat(), baseline.flat()) : medianRatio(values, baseline),
  );
  const others = ratios.flatMap((ratio, i) => (i === headline || ratio?.pValue == null ? [] : [i]));
  const corrected = new Map(holm(others.map(i => ratios[i]!.pValue!)).map((pValue, at) => [others[at]!, pValue]));
  return asked.map(({ values, baseline }, i) => {
    const ratio = ratios[i];
    const [ours, theirs] = [values.flat(), baseline.flat()];
    const pValue = corrected.get(i) ?? ratio?.pValue ?? null;
    return {
      counts: [ours.length, theirs.length],
      ratio,
      verdict: verdictOf(ratio, pValue),
      pValue,
      autocorrelation: [lag1Autocorrelation(values), lag1Autocorrelation(baseline)],
      mannWhitney: Math.min(ours.length, theirs.length) < FEWEST_TO_COMPARE ? undefined : mannWhitney(ours, theirs),
    };
  });
}

function verdictOf(ratio: MedianRatio | undefined, pValue: number | null): Verdict {
  if (ratio === undefined || pValue === null) return 'too few samples';
  if (pValue > LEVEL) return 'no difference seen';
  return ratio.ratio < 1 ? 'faster' : 'slower';
}
