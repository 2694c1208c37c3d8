/** `resnet-bench soak`: a call each interval, through a function and in this process. */
import { planSoak } from '../../runs/soak-plan.ts';
import { type FunctionOptions, refuseWithoutEffect, targetOptionsOf } from '../function-targets.ts';
import { withModelProgress } from '../model-progress.ts';
import { pullStep, reportStep } from '../next.ts';
import { present } from '../present.ts';

export interface SoakOptions extends FunctionOptions {
  /** Milliseconds. */
  readonly interval: number;
  readonly duration: number;
  readonly json?: boolean;
}

/** Returns the exit code. `given` tells which options stood on the command line. */
export async function runSoak(
  paths: readonly string[],
  options: SoakOptions,
  given: (name: string) => boolean,
  signal: AbortSignal,
): Promise<number> {
  refuseWithoutEffect(options, given);
  const { interval, duration, out, json } = options;
  const plan = await withModelProgress(onEvent =>
    planSoak({ ...targetOptionsOf(paths, options), intervalMs: interval, durationMs: duration }, { signal, onEvent }),
  );
  return present(plan, {
    json: json === true,
    limits: { durationMs: duration },
    signal,
    out,
    next: record => [...pullStep(record), reportStep(out)],
  });
}
