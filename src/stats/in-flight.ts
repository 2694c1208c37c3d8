/** How many calls were in flight at a time, from when each was sent and ended. */

export interface Flight {
  readonly issuedMs: number;
  readonly completedMs: number;
}

export interface InFlight {
  /** Over time. */
  readonly mean: number;
  readonly max: number;
}

/** For each window [edges[i], edges[i + 1]); `edgesMs` ascending. Of two calls one of which ends when the other is sent never both are in flight. */
export function inFlight(flights: readonly Flight[], edgesMs: readonly number[]): InFlight[] {
  const changes = flights
    .filter(({ issuedMs, completedMs }) => completedMs > issuedMs)
    .flatMap(({ issuedMs, completedMs }) => [
      { atMs: issuedMs, by: 1 },
      { atMs: completedMs, by: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  let count = 0;
  let next = 0;
  return edgesMs.slice(1).map((endMs, i) => {
    let atMs = edgesMs[i]!;
    const lengthMs = endMs - atMs;
    while (next < changes.length && changes[next]!.atMs <= atMs) count += changes[next++]!.by;
    let [area, max] = [0, count];
    while (next < changes.length && changes[next]!.atMs < endMs) {
      const { atMs: changedMs, by } = changes[next++]!;
      area += count * (changedMs - atMs);
      atMs = changedMs;
      count += by;
      max = Math.max(max, count);
    }
    area += count * (endMs - atMs);
    return { mean: lengthMs > 0 ? area / lengthMs : count, max };
  });
}
