/** `resnet-bench warm`: times of warm calls, once they have come to rest. */

import { planWarm } from '../../runs/warm-plan.ts';
import { type FunctionOptions, refuseWithoutEffect, targetOptionsOf } from '../function-targets.ts';
import { measure } from '../measure.ts';
import { withModelProgress } from '../model-progress.ts';
import { withStack } from '../stack-options.ts';

export interface WarmOptions extends FunctionOptions {
  /** Calls. */
  readonly window: number;
  /** Fraction. */
  readonly margin: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly json?: boolean;
}

/** Returns the exit code. `given` tells which options stood on the command line. */
export async function runWarm(
  paths: readonly string[],
  options: WarmOptions,
  given: (name: string) => boolean,
  signal: AbortSignal,
): Promise<number> {
  refuseWithoutEffect(options, given);
  const { window, margin, duration } = options;
  const warm = {
    ...targetOptionsOf(paths, await withStack(options, given, signal)),
    windowCalls: window,
    margin,
    durationMs: duration,
  };
  const plan = await withModelProgress(onEvent => planWarm(warm, { signal, onEvent }));
  return measure(plan, options, { durationMs: duration }, signal);
}
