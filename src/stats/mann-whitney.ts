/**
 * The Mann-Whitney U test. Shown beside a comparison because people look for it; it decides nothing: it takes values for independent of each
 * other, and finds differences between runs that differ by nothing but their neighbours' resemblance.
 * Source: Mann and Whitney, 1947; ties and continuity as in Hollander, Wolfe, Chicken: Nonparametric Statistical Methods, 3rd edition, 4.1.
 */
import { normalCdf } from './normal.ts';

export interface MannWhitney {
  /** Of the first side: pairs in which its value is greater, ties counting half. */
  readonly u: number;
  /** Two-sided, by the normal approximation. */
  readonly pValue: number;
}

/** Undefined when a side is empty. */
export function mannWhitney(one: readonly number[], other: readonly number[]): MannWhitney | undefined {
  const [m, n] = [one.length, other.length];
  if (m === 0 || n === 0) return undefined;
  const [ours, theirs] = [Float64Array.from(one).sort(), Float64Array.from(other).sort()];
  let rankSum = 0;
  let ties = 0;
  for (let i = 0, j = 0; i < m || j < n; ) {
    // All that are the same have the mean of their ranks.
    const value = Math.min(ours[i] ?? Number.POSITIVE_INFINITY, theirs[j] ?? Number.POSITIVE_INFINITY);
    const before = i + j;
    const first = i;
    while (i < m && ours[i] === value) i++;
    while (j < n && theirs[j] === value) j++;
    const same = i + j - before;
    rankSum += (i - first) * (before + (same + 1) / 2);
    ties += same ** 3 - same;
  }
  const u = rankSum - (m * (m + 1)) / 2;
  const count = m + n;
  const variance = ((m * n) / 12) * (count + 1 - ties / (count * (count - 1)));
  if (variance <= 0) return { u, pValue: 1 };
  const distance = Math.max(0, Math.abs(u - (m * n) / 2) - 0.5);
  return { u, pValue: Math.min(1, 2 * normalCdf(-distance / Math.sqrt(variance))) };
}
