/** `resnet-bench soak`: a call each interval, through a function and in this process. */
import { UsageError } from '../../core/errors.ts';
import { planSoak } from '../../runs/soak-plan.ts';
import { type FunctionOptions, refuseWithoutEffect, targetOptionsOf } from '../function-targets.ts';
import { measure } from '../measure.ts';
import { withModelProgress } from '../model-progress.ts';
import { withStack } from '../stack-options.ts';

export interface SoakOptions extends FunctionOptions {
  /** Milliseconds. */
  readonly interval: number;
  readonly duration: number;
  readonly shuffle?: boolean;
  readonly seed: number;
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
  if (options.shuffle !== true && given('seed')) {
    throw new UsageError('--seed is for --shuffle, and pictures take turns', 'add --shuffle, or leave it out');
  }
  const { interval, duration, shuffle, seed } = options;
  const soak = {
    ...targetOptionsOf(paths, await withStack(options, given, signal)),
    intervalMs: interval,
    durationMs: duration,
    ...(shuffle === true && { shuffleSeed: seed }),
  };
  const plan = await withModelProgress(onEvent => planSoak(soak, { signal, onEvent }));
  return measure(plan, options, { durationMs: duration }, signal);
}
