/** Merges targets into one run: closed loops take turns, open loops go by their own schedules. */
import { isFirstCall, type Sample } from '../core/record.ts';
import type { StopReason } from '../core/scenario.ts';
import { Arrivals } from './arrivals.ts';

export interface TargetSample {
  readonly target: string;
  readonly sample: Sample;
}

type Drive = AsyncGenerator<Sample, StopReason>;
type Drives = ReadonlyMap<string, Drive>;

/**
 * `turns`: in the order given, a query each (or `callsPerTurn` that are no environment's first), never two at once, so that whatever drifts on the machine hits all alike; one that has
 * ended is passed over. `own time`: all at once, samples as they come. Returns what ended the whole: the signal before all
 * else, `iterations` only when all of them were done. Ends all of them when one throws, or its reader leaves.
 */
export async function* interleave(
  targets: ReadonlyMap<string, (signal: AbortSignal) => Drive>,
  order: 'turns' | 'own time',
  signal: AbortSignal,
  callsPerTurn = 1,
): AsyncGenerator<TargetSample, StopReason> {
  const ending = new AbortController();
  const either = AbortSignal.any([signal, ending.signal]);
  const drives = new Map([...targets].map(([name, drive]) => [name, drive(either)]));
  const reasons = new Set<StopReason>();
  try {
    yield* order === 'turns' ? inTurns(drives, reasons, callsPerTurn) : inOwnTime(drives, reasons);
  } finally {
    // Those that wait for their next slot would end only then.
    ending.abort();
    // Does nothing to those that have ended by themselves.
    await Promise.allSettled([...drives.values()].map(drive => drive.return('signal')));
  }
  return (['signal', 'duration'] as const).find(reason => reasons.has(reason)) ?? 'iterations';
}

async function* inTurns(
  drives: Drives,
  reasons: Set<StopReason>,
  callsPerTurn: number,
): AsyncGenerator<TargetSample, void> {
  const driving = new Map(drives);
  while (driving.size > 0) {
    for (const [target, drive] of driving) {
      for (let counted = 0; counted < callsPerTurn; ) {
        const next = await drive.next();
        if (next.done) {
          driving.delete(target);
          reasons.add(next.value);
          break;
        }
        yield { target, sample: next.value };
        if (callsPerTurn === 1 || isCounted(next.value)) counted++;
      }
    }
  }
}

/** A turn of several has as many calls that count for every target, however often one meets a new environment. */
function isCounted({ start }: Sample): boolean {
  return !isFirstCall(start);
}

async function* inOwnTime(drives: Drives, reasons: Set<StopReason>): AsyncGenerator<TargetSample, void> {
  const samples = new Arrivals<TargetSample>();
  const ends = [...drives].map(async ([target, drive]) => {
    for (;;) {
      const next = await drive.next();
      if (next.done) return reasons.add(next.value);
      samples.add({ target, sample: next.value });
    }
  });
  void Promise.all(ends).then(
    () => samples.end(),
    thrown => samples.fail(thrown),
  );
  yield* samples;
}
