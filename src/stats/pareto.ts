/** Which of several are worth choosing at all. */

/** Whether no other is at least as good (smaller) in both and better in one. Those of which one is not known are undefined. */
export function paretoBest(
  points: readonly (readonly [number | undefined, number | undefined])[],
): (boolean | undefined)[] {
  const known = points.filter((point): point is [number, number] => point[0] !== undefined && point[1] !== undefined);
  return points.map(([x, y]) => {
    if (x === undefined || y === undefined) return undefined;
    return !known.some(([a, b]) => a <= x && b <= y && (a < x || b < y));
  });
}
