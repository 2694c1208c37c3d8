/** `resnet-bench soak`: a call each interval, through a function and in this process. */
import { UsageError } from '../../core/errors.ts';
import type { RunPlan } from '../../runs/run-plan.ts';
import { planSoak } from '../../runs/soak-plan.ts';
import type { OpenWatch } from '../../web/watch.ts';
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
  readonly watch?: boolean;
  /** Of the page. */
  readonly port?: number;
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
  if (options.watch !== true && given('port')) {
    throw new UsageError('--port is for --watch, which is not there', 'add --watch, or leave it out');
  }
  const { interval, duration, shuffle, seed } = options;
  const soak = {
    ...targetOptionsOf(paths, await withStack(options, given, signal)),
    intervalMs: interval,
    durationMs: duration,
    ...(shuffle === true && { shuffleSeed: seed }),
  };
  const plan = await withModelProgress(onEvent => planSoak(soak, { signal, onEvent }));
  const limits = { durationMs: duration };
  if (options.watch !== true) return measure(plan, options, limits, signal);
  const watch = await openWatch(plan, duration, options.port ?? 0);
  try {
    return await measure(plan, options, limits, signal, event => watch.show(event));
  } finally {
    await watch.close();
  }
}

const HOST = '127.0.0.1';

async function openWatch(plan: RunPlan, durationMs: number, port: number): Promise<OpenWatch> {
  const { watchRun } = await import('../../web/watch.ts');
  const plannedByTarget = new Map(plan.targets.map(({ name, slots }) => [name, slots!]));
  const watch = await watchRun({ host: HOST, port }, { plannedByTarget, durationMs });
  process.stderr.write(`watch it at http://${HOST}:${watch.port}/\n`);
  return watch;
}
