/** `resnet-bench cold`: what an environment's first call costs, many times. */
import { UsageError } from '../../core/errors.ts';
import { planCold } from '../../runs/cold-plan.ts';
import { type FunctionOptions, refuseWithoutEffect, targetOptionsOf } from '../function-targets.ts';
import { measure } from '../measure.ts';
import { withModelProgress } from '../model-progress.ts';
import { withStack } from '../stack-options.ts';

export interface ColdOptions extends FunctionOptions {
  readonly count: number;
  /** Milliseconds. */
  readonly wait?: number;
  readonly json?: boolean;
}

/** Returns the exit code. `given` tells which options stood on the command line. */
export async function runCold(
  paths: readonly string[],
  options: ColdOptions,
  given: (name: string) => boolean,
  signal: AbortSignal,
): Promise<number> {
  refuseWithoutEffect(options, given);
  const { count, wait, target } = options;
  if (given('wait') && !target.includes('lambda')) {
    throw new UsageError('--wait is for lambda, which --target leaves out', 'a new process needs no waiting');
  }
  const cold = {
    ...targetOptionsOf(paths, await withStack(options, given, signal)),
    count,
    cold: { ...(wait !== undefined && { waitMs: wait }) },
  };
  const plan = await withModelProgress(onEvent => planCold(cold, { signal, onEvent }));
  return measure(plan, options, { iterations: count, cold: true }, signal);
}
