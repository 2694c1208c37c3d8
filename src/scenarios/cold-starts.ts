/** Calls one after another, each after its runner has made sure that it meets a new environment. Whether it did is for the evidence to say. */
import type { Sample } from '../core/sample.ts';
import type { Scenario, StopReason } from '../core/scenario.ts';
import { issue } from './issue.ts';

export interface ColdStartsOptions {
  /** Calls that are measured, cold or not. */
  readonly count: number;
  /** One more ahead of them, kept apart: where it is the first after a deployment its image is in no cache, and its time another population's. */
  readonly firstApart?: boolean;
}

export function coldStarts({ count, firstApart = false }: ColdStartsOptions): Scenario {
  const calls = firstApart ? count + 1 : count;
  return {
    name: 'cold starts',
    open: false,
    async *drive({ runner, images, clock, signal, ending }): AsyncGenerator<Sample, StopReason> {
      for (let seq = 0; seq < calls; seq++) {
        if (ending?.aborted) return 'signal';
        if (!signal.aborted) await runner.prepare?.(signal);
        if (signal.aborted) return 'signal';
        const image = images[seq % images.length]!;
        const sample = await issue({ seq, image, scheduledMs: clock.nowMs() }, runner, clock, signal);
        yield { ...sample, phase: firstApart && seq === 0 ? 'apart' : 'measured' };
      }
      return 'iterations';
    },
  };
}
