/** Fisher's exact test of two shares: whether what failed here and there may be of one share. Source: Fisher, "Statistical Methods for Research Workers", 1934, section 21.02. */

/** Two-sided p value: the probability of all splits that are no likelier than this one. Throws RangeError when more are marked than there are. */
export function fisherExact(
  one: { readonly marked: number; readonly count: number },
  other: { readonly marked: number; readonly count: number },
): number {
  if (one.marked > one.count || other.marked > other.count) throw new RangeError('more marked than there are');
  const [n, m] = [one.count, other.count];
  const marked = one.marked + other.marked;
  const logs = logFactorials(n + m);
  const choose = (of: number, k: number) => logs[of]! - logs[k]! - logs[of - k]!;
  const logOf = (k: number) => choose(n, k) + choose(m, marked - k) - choose(n + m, marked);
  const here = logOf(one.marked);
  let sum = 0;
  for (let k = Math.max(0, marked - m); k <= Math.min(n, marked); k++) {
    const log = logOf(k);
    // Equally likely ones differ in their last digits.
    if (log <= here + 1e-7) sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

function logFactorials(most: number): Float64Array {
  const logs = new Float64Array(most + 1);
  for (let k = 2; k <= most; k++) logs[k] = logs[k - 1]! + Math.log(k);
  return logs;
}
