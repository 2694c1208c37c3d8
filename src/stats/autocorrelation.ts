/** How much neighbours in a series resemble each other. */

/**
 * The correlation of each value with the next one, -1 to 1; of several series, each in its order, the pairs of all. Undefined for fewer than
 * three values, or when all are the same.
 */
export function lag1Autocorrelation(series: readonly ArrayLike<number>[]): number | undefined {
  let count = 0;
  let sum = 0;
  for (const values of series) {
    count += values.length;
    for (let i = 0; i < values.length; i++) sum += values[i]!;
  }
  if (count < 3) return undefined;
  const mean = sum / count;
  let [squares, products] = [0, 0];
  for (const values of series) {
    for (let i = 0; i < values.length; i++) {
      squares += (values[i]! - mean) ** 2;
      if (i > 0) products += (values[i]! - mean) * (values[i - 1]! - mean);
    }
  }
  return squares === 0 ? undefined : products / squares;
}
