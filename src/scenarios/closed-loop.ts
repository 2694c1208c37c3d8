/** Closed loop: the next query leaves when the last is answered. Images take turns. */
import { isFirstCall, type Sample } from '../core/sample.ts';
import type { Scenario, StopReason } from '../core/scenario.ts';
import { issue } from './issue.ts';

/** At least one of `iterations` and `durationMs`; whichever is reached first ends the loop. */
export interface ClosedLoopOptions {
  /** Measured samples that are neither cold nor proactive, failed ones included. */
  readonly iterations?: number;
  /** No query leaves later than this after the measuring began, for all targets at once. */
  readonly durationMs?: number;
  /** The first samples that succeeded and are neither cold nor proactive: kept, and left out of every figure. */
  readonly warmup: number;
}

/** A target that starts cold every time must come to an end, too: after so many cold calls beyond the iterations asked for. */
const MANY_COLD = 100;

export function closedLoop(options: ClosedLoopOptions): Scenario {
  const { iterations = Number.POSITIVE_INFINITY, durationMs = Number.POSITIVE_INFINITY, warmup } = options;
  if (iterations === Number.POSITIVE_INFINITY && durationMs === Number.POSITIVE_INFINITY) {
    throw new RangeError('a closed loop needs an end');
  }
  return {
    name: 'closed loop',
    open: false,
    async *drive({
      runner,
      images,
      clock,
      beganMs = clock.nowMs(),
      signal,
      ending,
    }): AsyncGenerator<Sample, StopReason> {
      const endMs = beganMs + durationMs;
      let cold = 0;
      let warm = 0;
      let measured = 0;
      for (let seq = 0; ; seq++) {
        if (measured >= iterations || cold >= iterations + MANY_COLD) return 'iterations';
        if (ending?.aborted) return 'signal';
        if (!signal.aborted) await runner.prepare?.(signal);
        if (signal.aborted) return 'signal';
        const scheduledMs = clock.nowMs();
        if (scheduledMs >= endMs) return 'duration';
        const image = images[seq % images.length]!;
        const sample = await issue({ seq, image, scheduledMs }, runner, clock, signal);
        // An environment's first call is never warm-up, and never one of the iterations; one that failed has warmed nothing up.
        const first = isFirstCall(sample.start);
        const warmedUp = first || !sample.outcome.ok || warm >= warmup;
        const phase = warmedUp ? 'measured' : 'warmup';
        if (first) cold++;
        else if (warmedUp) measured++;
        else warm++;
        yield { ...sample, phase };
      }
    },
  };
}
