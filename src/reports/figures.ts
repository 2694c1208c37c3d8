/** Figures as people read them, the same in every report: milliseconds, intervals, percent, memory. */
import type { Distribution } from '../core/record.ts';
import type { MedianRatio } from '../stats/median-ratio.ts';

/** A figure that is not known: the sample is too small for it, or it was not measured. */
export const UNKNOWN = '-';

/** Three significant digits or more, but no place below a microsecond: 1234, 123, 12.3, 1.23, 0.012, <0.001. */
export function formatMs(ms: number): string {
  if (ms > 0 && ms < 0.0005) return '<0.001';
  if (Math.abs(ms) < 0.0005) return '0.000';
  const size = Math.abs(ms);
  const places = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return ms.toFixed(places);
}

/** A difference, with its sign: +1.23, -0.500, 0.000. */
export function formatSignedMs(ms: number): string {
  if (Math.abs(ms) < 0.0005) return '0.000';
  return `${ms > 0 ? '+' : ''}${formatMs(ms)}`;
}

/** How many times: three significant digits or more. */
export function formatRatio(ratio: number): string {
  return ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(3);
}

/** `3.81x [3.70, 3.92]`; without its interval where there is none. */
export function formatRatioWithInterval({ ratio, ci95 }: MedianRatio): string {
  return `${formatRatio(ratio)}x${ci95 === null ? '' : ` [${ci95.map(formatRatio).join(', ')}]`}`;
}

/** `20.9 [20.8, 21.0]`: a percentile with its 95 % interval; an open end is `...`. */
export function formatWithInterval(value: number | null, [low, high]: readonly [number | null, number | null]): string {
  if (value === null) return UNKNOWN;
  const end = (bound: number | null) => (bound === null ? '...' : formatMs(bound));
  return `${formatMs(value)} [${end(low)}, ${end(high)}]`;
}

/** A high percentile; `>= x` when its interval has no upper end, x being the lower: all that the sample shows of it. */
export function formatTail(distribution: Distribution, percentile: 'p90' | 'p95' | 'p99'): string {
  const value = distribution[percentile];
  const [low, high] = distribution.ci95[percentile];
  if (value === null) return UNKNOWN;
  return high === null && low !== null ? `>= ${formatMs(low)}` : formatMs(value);
}

export function formatPercent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}

export function formatMb(mb: number): string {
  return `${Math.round(mb)}`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
