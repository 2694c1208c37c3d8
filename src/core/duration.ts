/** Durations as people write them: `250ms`, `30s`, `30m`, `1h30m`. */

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/y;

/** Milliseconds of a written duration, or undefined when it is not one (a bare number is not: its unit is unknown). */
export function parseDuration(text: string): number | undefined {
  let totalMs = 0;
  let smallestUnitMs = Number.POSITIVE_INFINITY;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const part = PART.exec(text);
    if (part === null) return undefined;
    const unitMs = UNIT_MS[part[2] as keyof typeof UNIT_MS];
    if (unitMs >= smallestUnitMs) return undefined;
    smallestUnitMs = unitMs;
    totalMs += Number(part[1]) * unitMs;
  }
  return text === '' || !Number.isFinite(totalMs) ? undefined : totalMs;
}

/** A duration in the fewest parts that lose nothing above a millisecond: 5400000 is `1h30m`, 0 is `0s`. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / UNIT_MS[unit]);
    rest -= count * UNIT_MS[unit];
    if (count > 0) text += `${count}${unit}`;
  }
  return text || '0s';
}
