/** Merges targets into one run: they take turns, a query each, so that whatever drifts on the machine hits all alike. */
import type { Sample } from '../core/record.ts';
import type { StopReason } from '../core/scenario.ts';

export interface TargetSample {
  readonly target: string;
  readonly sample: Sample;
}

/**
 * Drives the targets in the order given, never two at once; one that has ended is passed over. Returns what ended the
 * whole: the signal before all else, `iterations` only when all of them were done.
 */
export async function* interleave(
  drives: ReadonlyMap<string, AsyncGenerator<Sample, StopReason>>,
): AsyncGenerator<TargetSample, StopReason> {
  const driving = new Map(drives);
  const reasons = new Set<StopReason>();
  try {
    while (driving.size > 0) {
      for (const [target, drive] of driving) {
        const next = await drive.next();
        if (!next.done) {
          yield { target, sample: next.value };
          continue;
        }
        driving.delete(target);
        reasons.add(next.value);
      }
    }
  } finally {
    // Does nothing to those that have ended by themselves.
    for (const drive of driving.values()) await drive.return('signal');
  }
  return (['signal', 'duration'] as const).find(reason => reasons.has(reason)) ?? 'iterations';
}
