/**
 * Open loop: queries leave by a schedule, whatever became of those before. Latency counts from the scheduled time, so that
 * waiting is never left out (Tene, "How not to measure latency").
 */
import { setMaxListeners } from 'node:events';
import type { Sample } from '../core/record.ts';
import type { Scenario, ScenarioContext, StopReason } from '../core/scenario.ts';
import { Arrivals } from './arrivals.ts';
import { DroppedCalls } from './dropped-calls.ts';
import { issue } from './issue.ts';
import { MissedSlots } from './missed-slots.ts';
import { inTurns, type PictureOrder } from './picture-order.ts';
import type { Schedule } from './schedule.ts';

export interface OpenLoopOptions {
  /** One without an end goes on until the signal. */
  readonly schedule: Schedule;
  /** A slot that is later than this is not sent any more: after a sleep of the machine the missed ones must not leave in one burst. */
  readonly latestMs?: number;
  /** A call that is due while so many are in flight is not sent: it is counted as dropped. */
  readonly maxInFlight?: number;
  /** In turns when absent. */
  readonly order?: PictureOrder;
}

/** Samples come in the order of their answers; `seq` is the number of the slot, from 0. */
export function openLoop(options: OpenLoopOptions): Scenario {
  return {
    name: 'open loop',
    open: true,
    async *drive(context): AsyncGenerator<Sample, StopReason> {
      const samples = new Arrivals<Sample>();
      // A reader who leaves early stops the sending, too.
      const left = new AbortController();
      const signal = AbortSignal.any([context.signal, left.signal]);
      // Each call in flight listens.
      setMaxListeners(0, signal);
      const sending = send(options, { ...context, signal }, samples);
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
  options: OpenLoopOptions,
  {
    runner,
    images,
    clock,
    beganMs = clock.nowMs(),
    signal,
    ending,
    done,
    missed = () => {},
    dropped = () => {},
  }: ScenarioContext,
  samples: Arrivals<Sample>,
): Promise<StopReason> {
  const { schedule, latestMs = Number.POSITIVE_INFINITY, order = inTurns(images.length) } = options;
  const { maxInFlight = Number.POSITIVE_INFINITY } = options;
  const noMore = ending === undefined ? signal : AbortSignal.any([signal, ending]);
  const inFlight = new Set<Promise<void>>();
  const missedSlots = new MissedSlots(missed);
  const droppedCalls = new DroppedCalls(dropped);
  let failed = false;
  let seq = -1;
  try {
    for (const offsetMs of schedule) {
      seq++;
      if (done?.has(seq)) continue;
      const scheduledMs = beganMs + offsetMs;
      await clock.sleepUntil(scheduledMs, noMore);
      if (noMore.aborted) return 'signal';
      if (failed) return 'duration';
      if (clock.nowMs() - scheduledMs > latestMs) {
        missedSlots.add(seq, scheduledMs);
        continue;
      }
      missedSlots.over();
      droppedCalls.passed(scheduledMs);
      if (inFlight.size >= maxInFlight) {
        droppedCalls.add(scheduledMs);
        continue;
      }
      const image = images[order(seq)]!;
      const query: Promise<void> = issue({ seq, image, scheduledMs }, runner, clock, signal)
        .then(sample => samples.add({ ...sample, phase: 'measured' }))
        .catch(thrown => {
          failed = true;
          samples.fail(thrown);
        })
        .finally(() => inFlight.delete(query));
      inFlight.add(query);
    }
    return 'duration';
  } finally {
    missedSlots.over();
    droppedCalls.over();
    await Promise.all(inFlight);
    samples.end();
  }
}
