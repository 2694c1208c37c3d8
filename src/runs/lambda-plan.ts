/** The plan of `resnet-bench lambda`: a function in a closed loop, by itself or in turns with the classifier in this process. */
import type { ModelOptions } from '../models/resolve.ts';
import { closedLoop } from '../scenarios/closed-loop.ts';
import type { RunPlan } from './run-plan.ts';
import { prepareTargets, type TargetOptions } from './targets.ts';

export interface LambdaPlanOptions extends TargetOptions {
  /** At least one of the two. */
  readonly iterations?: number;
  readonly durationMs?: number;
  readonly warmup: number;
  readonly outDir: string;
}

/** Throws UsageError or SetupError as `prepareTargets` does. */
export async function planLambda(options: LambdaPlanOptions, modelOptions: ModelOptions): Promise<RunPlan> {
  const { iterations, durationMs, warmup, outDir } = options;
  const { images, runners, recorded } = await prepareTargets({ ...options, command: 'lambda' }, modelOptions);
  const limits = { ...(iterations !== undefined && { iterations }), ...(durationMs !== undefined && { durationMs }) };
  return {
    command: 'lambda',
    targets: [...runners].map(([name, runner]) => ({ name, runner, scenario: closedLoop(options) })),
    images,
    outDir,
    options: { ...limits, warmup, ...recorded, out: outDir },
  };
}
