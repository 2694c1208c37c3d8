/** Many looks find a difference by chance; Holm's correction keeps the chance of any such find at what one look would have. */

/** p values, each as if it were the only one asked for. Source: Holm, "A simple sequentially rejective multiple test procedure", 1979. */
export function holm(pValues: readonly number[]): number[] {
  const order = Array.from(pValues.keys()).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = [...pValues];
  let most = 0;
  for (const [rank, i] of order.entries()) {
    most = Math.max(most, Math.min(1, (pValues.length - rank) * pValues[i]!));
    adjusted[i] = most;
  }
  return adjusted;
}
