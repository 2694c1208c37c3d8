/** `resnet-bench load`: so many calls a second. */
import { UsageError } from '../../core/errors.ts';
import { planLoad } from '../../runs/load-plan.ts';
import { type FunctionOptions, refuseWithoutEffect, targetOptionsOf } from '../function-targets.ts';
import { measure } from '../measure.ts';
import { withModelProgress } from '../model-progress.ts';
import { withStack } from '../stack-options.ts';

export interface LoadOptions extends FunctionOptions {
  /** Calls a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly arrivals: 'constant' | 'poisson';
  readonly seed: number;
  readonly maxInFlight: number;
  readonly concurrency: number;
  readonly traceRate: number;
  readonly json?: boolean;
}

/** Returns the exit code. `given` tells which options stood on the command line. */
export async function runLoad(
  paths: readonly string[],
  options: LoadOptions,
  given: (name: string) => boolean,
  signal: AbortSignal,
): Promise<number> {
  refuseWithoutEffect(options, given);
  const { rate, duration, arrivals, seed, maxInFlight, concurrency, proactive, traceRate } = options;
  if (arrivals !== 'poisson' && given('seed')) {
    throw new UsageError('--seed is for --arrivals poisson, and these are constant', 'add it, or leave --seed out');
  }
  if (proactive > concurrency) {
    throw new UsageError(`--proactive ${proactive} is more than --concurrency ${concurrency}`, 'raise --concurrency');
  }
  const asked = targetOptionsOf(paths, await withStack(options, given, signal));
  const load = {
    ...asked,
    emulated: { ...asked.emulated, concurrency },
    ...{ rate, durationMs: duration, maxInFlight, traceRate },
    ...(arrivals === 'poisson' && { poissonSeed: seed }),
  };
  const plan = await withModelProgress(onEvent => planLoad(load, { signal, onEvent }));
  return measure(plan, options, { durationMs: duration }, signal);
}
