/** The plan of `resnet-bench warm`: calls in a closed loop until their times have come to rest. */
import type { ModelOptions } from '../models/resolve.ts';
import { type UntilSteadyOptions, untilSteady } from '../scenarios/until-steady.ts';
import type { RunPlan } from './run-plan.ts';
import { prepareTargets, type TargetOptions } from './targets.ts';

export interface WarmPlanOptions extends TargetOptions, UntilSteadyOptions {
  readonly outDir: string;
}

/** Throws UsageError or SetupError as `prepareTargets` does. */
export async function planWarm(options: WarmPlanOptions, modelOptions: ModelOptions): Promise<RunPlan> {
  const { windowCalls, margin, durationMs, outDir } = options;
  const { images, runners, recorded } = await prepareTargets({ ...options, command: 'warm' }, modelOptions);
  const scenario = untilSteady(options, runners.size);
  return {
    command: 'warm',
    targets: [...runners].map(([name, runner]) => ({ name, runner, scenario: scenario() })),
    images,
    outDir,
    options: { windowCalls, margin, durationMs, ...recorded, out: outDir },
  };
}
