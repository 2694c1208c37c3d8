/** Verdicts in words. No layout. */
import type { Judged } from '../stats/verdict.ts';
import type { RunComparison } from './compare-runs.ts';
import type { Comparison } from './comparison.ts';
import { formatMs, formatRatioWithInterval, formatWithInterval, UNKNOWN } from './figures.ts';
import { areUnlike } from './likeness.ts';
import { stageName } from './stages.ts';

/** `3.8x [3.7, 3.9]`. */
export function ratioText({ ratio }: Judged): string {
  return ratio === undefined ? UNKNOWN : formatRatioWithInterval(ratio);
}

const AS = { faster: 'is faster than', slower: 'is slower than' } as const;

/** A sentence for each target against the baseline, of calls in turns. */
export function verdictLines({ baseline, others, rows, headline }: Comparison): string[] {
  const row = rows.find(({ timing, percentile }) => timing === headline && percentile === 'p50');
  return others.flatMap(({ target, start }, i) => {
    const judged = row?.judged[i];
    if (row === undefined || judged === undefined) return [];
    const [theirs, ours] = [row.distributions[0], row.distributions[i + 1]];
    const times = `${start === 'unknown' ? '' : `${start} `}${stageName(headline)} p50 ${formatMs(ours!.p50 ?? ours!.mean)} ms against ${formatMs(theirs!.p50 ?? theirs!.mean)} ms, ${ratioText(judged)}`;
    const unlike = areUnlike(baseline, others[i]!) ? 'NOT LIKE WITH LIKE: ' : '';
    return [`${unlike}${sentence(target.name, baseline.target.name, judged, times)}`];
  });
}

function sentence(name: string, baseline: string, { verdict }: Judged, times: string): string {
  if (verdict === 'faster' || verdict === 'slower') return `${name} ${AS[verdict]} ${baseline}: ${times}`;
  if (verdict === 'too few samples') return `too few samples to tell ${name} from ${baseline}: ${times}`;
  return `no difference seen between ${name} and ${baseline}: ${times}`;
}

/** How much its neighbours' resemblance may matter, and the test that people look for. */
export function evidenceText({ autocorrelation, mannWhitney }: Judged): string {
  const lags = autocorrelation.map(value => (value === undefined ? UNKNOWN : value.toFixed(2))).reverse();
  const p = mannWhitney === undefined ? UNKNOWN : formatP(mannWhitney.pValue);
  return `lag-1 autocorrelation ${lags.join(' and ')}; Mann-Whitney p ${p}, which decides nothing`;
}

export function formatP(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** Of runs: what they show, and of how much more than themselves. */
export function runVerdict({ baseline, other, headline, mismatches, disagreements, inTurns }: RunComparison): string {
  if (headline === undefined) return `nothing to compare between ${other.name} and ${baseline.name}`;
  const { judged, timing, start, target } = headline;
  const median = ({ p50, mean }: typeof headline.other) => formatMs(p50 ?? mean);
  const what = `${start} ${stageName(timing)} p50 of ${target}`;
  const times = `${what} ${median(headline.other)} ms against ${median(headline.baseline)} ms, ${ratioText(judged)}`;
  if (mismatches.length > 0) return `NOT LIKE WITH LIKE, no verdict: ${times}`;
  if (disagreements.length > 0) return `no verdict, because repeats do not agree, or are not known to: ${times}`;
  const repeats = Math.min(baseline.records.length, other.records.length);
  const scope = inTurns ? '' : repeats === 1 ? 'these two runs: ' : 'these runs, which did not take turns: ';
  return `${scope}${sentence(other.name, baseline.name, judged, times)}`;
}

/** Rows of cells, the head first. */
export function runCells({ baseline, other, rows, headline, mismatches }: RunComparison): string[][] {
  const several = new Set(rows.map(({ target }) => target)).size > 1;
  return [
    ['p50 ms [95 % CI]', baseline.name, other.name, 'ratio [95 % CI]', 'verdict', 'p', 'lag-1', 'n', 'U test p'],
    ...rows.map(row => {
      const { judged, target, start, timing } = row;
      const decided = mismatches.length === 0 && row.disagreements.length === 0;
      const name = `${several ? `${target} ` : ''}${start} ${stageName(timing)}${row === headline ? ' *' : ''}`;
      const of = ({ p50, mean, ci95 }: typeof row.other) => formatWithInterval(p50 ?? mean, ci95.p50);
      return [
        ...[name, of(row.baseline), of(row.other), ratioText(judged), decided ? judged.verdict : UNKNOWN],
        judged.pValue === null ? UNKNOWN : formatP(judged.pValue),
        judged.autocorrelation
          .map(value => value?.toFixed(2) ?? UNKNOWN)
          .reverse()
          .join(', '),
        [...judged.counts].reverse().join(', '),
        judged.mannWhitney === undefined ? UNKNOWN : formatP(judged.mannWhitney.pValue),
      ];
    }),
  ];
}

export const RUN_LEGEND = [
  '*: decides; p: of a difference by more than 2 %, for all other rows corrected for being many (Holm)',
  'ratio of the medians by a moving-block bootstrap; lag-1: how much calls in a row resemble each other; the U test takes them for independent, and decides nothing',
  'too few samples: fewer than ten a side, or so like their neighbours that they tell no more than five independent ones',
];
