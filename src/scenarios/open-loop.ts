/**
 * Open loop: queries leave by a schedule, whatever became of those before. Latency counts from the scheduled time, so that
 * waiting is never left out (Tene, "How not to measure latency"). Images take turns.
 */
import type { Sample } from '../core/record.ts';
import type { Scenario, ScenarioContext, StopReason } from '../core/scenario.ts';
import { Arrivals } from './arrivals.ts';
import { issue } from './issue.ts';
import { MissedSlots } from './missed-slots.ts';
import type { Schedule } from './schedule.ts';

export interface OpenLoopOptions {
  /** One without an end goes on until the signal. */
  readonly schedule: Schedule;
  /** A slot that is later than this is not sent any more: after a sleep of the machine the missed ones must not leave in one burst. */
  readonly latestMs?: number;
}

/** Samples come in the order of their answers; `seq` is that of issue. */
export function openLoop(options: OpenLoopOptions): Scenario {
  let missed = new MissedSlots();
  return {
    name: 'open loop',
    open: true,
    warnings: () => missed.warnings(),
    async *drive(context): AsyncGenerator<Sample, StopReason> {
      missed = new MissedSlots();
      const samples = new Arrivals<Sample>();
      // A reader who leaves early stops the sending, too.
      const left = new AbortController();
      const signal = AbortSignal.any([context.signal, left.signal]);
      const sending = send(options, { ...context, signal }, samples, missed);
      try {
        yield* samples;
        return await sending;
      } finally {
        left.abort();
        await sending.catch(() => {});
      }
    },
  };
}

async function send(
  { schedule, latestMs = Number.POSITIVE_INFINITY }: OpenLoopOptions,
  { runner, images, clock, beganMs = clock.nowMs(), signal }: ScenarioContext,
  samples: Arrivals<Sample>,
  missed: MissedSlots,
): Promise<StopReason> {
  const inFlight = new Set<Promise<void>>();
  let failed = false;
  let seq = 0;
  let slot = -1;
  try {
    for (const offsetMs of schedule) {
      slot++;
      const scheduledMs = beganMs + offsetMs;
      await clock.sleepUntil(scheduledMs, signal);
      if (signal.aborted) return 'signal';
      if (failed) return 'duration';
      if (clock.nowMs() - scheduledMs > latestMs) {
        missed.add(slot, scheduledMs);
        continue;
      }
      const image = images[seq % images.length]!;
      const query: Promise<void> = issue({ seq, image, scheduledMs }, runner, clock, signal)
        .then(sample => samples.add({ ...sample, phase: 'measured' }))
        .catch(thrown => {
          failed = true;
          samples.fail(thrown);
        })
        .finally(() => inFlight.delete(query));
      inFlight.add(query);
      seq++;
    }
    return 'duration';
  } finally {
    await Promise.all(inFlight);
    samples.end();
  }
}
