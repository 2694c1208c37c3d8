/** Summary of the values of one timing. */
import type { Distribution } from '../core/record.ts';
import { percentileInterval } from './interval.ts';
import { percentile } from './percentile.ts';

/** Summary of values in any order, in their unit; undefined when there are none. Throws RangeError on NaN or infinity. */
export function distributionOf(values: Iterable<number>): Distribution | undefined {
  const ascending = Float64Array.from(values).sort();
  const count = ascending.length;
  if (count === 0) return undefined;
  const min = ascending[0] as number;
  const max = ascending[count - 1] as number;
  if (!Number.isFinite(min) || !Number.isFinite(max)) throw new RangeError('a time that is no number');
  const { mean, stddev } = moments(ascending);
  return {
    count,
    min,
    mean,
    stddev,
    p50: percentile(ascending, 50),
    p90: percentile(ascending, 90),
    p95: percentile(ascending, 95),
    p99: percentile(ascending, 99),
    max,
    ci95: {
      p50: percentileInterval(ascending, 50),
      p90: percentileInterval(ascending, 90),
      p95: percentileInterval(ascending, 95),
      p99: percentileInterval(ascending, 99),
    },
  };
}

/** Mean and sample standard deviation, in two passes so that large values with a small spread keep their digits. */
function moments(values: Float64Array): { mean: number; stddev: number | null } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, stddev: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null };
}
