/** `resnet-bench sweep`: which memory size, how many threads. */
import { automaticThreads } from '../../classifier/automatic-threads.ts';
import { UsageError } from '../../core/errors.ts';
import { planSweep } from '../../runs/sweep-plan.ts';
import { type FunctionOptions, refuseWithoutEffect, targetOptionsOf } from '../function-targets.ts';
import { measure } from '../measure.ts';
import { withModelProgress } from '../model-progress.ts';
import { withStack } from '../stack-options.ts';

export interface SweepOptions extends Omit<FunctionOptions, 'memory' | 'threads'> {
  readonly memory?: readonly number[];
  readonly threads?: readonly number[];
  readonly iterations: number;
  readonly warmup: number;
  readonly rounds: number;
  readonly json?: boolean;
}

/** Around the size at which a function gets one processor, and the largest of new accounts. */
const MEMORY_SIZES_MB = [512, 1024, 1769, 3008];

/** Returns the exit code. `given` tells which options stood on the command line. */
export async function runSweep(
  paths: readonly string[],
  options: SweepOptions,
  given: (name: string) => boolean,
  signal: AbortSignal,
): Promise<number> {
  const { memory, threads, iterations, warmup, rounds, target } = options;
  const isLocal = !target.includes('lambda');
  const flat: FunctionOptions = { ...options, memory: MEMORY_SIZES_MB[0]!, threads: 1 };
  // Both say something of either target.
  refuseWithoutEffect(flat, name => !['threads', 'memory'].includes(name) && given(name));
  if (isLocal && given('memory')) {
    throw new UsageError(
      '--memory is for lambda, which --target leaves out',
      'add lambda to --target, or leave it out',
    );
  }
  if (rounds > iterations) {
    throw new UsageError(`--rounds ${rounds} is more than --iterations ${iterations}`, 'a round has a call at least');
  }
  const counts = threads ?? (isLocal ? threadsUpTo(automaticThreads().threads) : []);
  const sweep = {
    ...targetOptionsOf(paths, await withStack(flat, given, signal)),
    ...{ memorySizesMb: isLocal ? [] : (memory ?? MEMORY_SIZES_MB), threadCounts: counts },
    ...{ iterations, warmup, rounds },
  };
  const plan = await withModelProgress(onEvent => planSweep(sweep, { signal, onEvent }));
  return measure(plan, options, { iterations }, signal);
}

/** 1, 2, 4, ... and all of them. */
function threadsUpTo(most: number): number[] {
  const counts = [];
  for (let threads = 1; threads < most; threads *= 2) counts.push(threads);
  return [...counts, most];
}
