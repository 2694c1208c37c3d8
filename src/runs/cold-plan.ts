/** The plan of `resnet-bench cold`: calls that each meet a new environment, or a new process. */
import { UsageError } from '../core/errors.ts';
import type { ModelOptions } from '../models/resolve.ts';
import { coldStarts } from '../scenarios/cold-starts.ts';
import type { RunPlan } from './run-plan.ts';
import { type ColdChoice, prepareTargets, type TargetOptions } from './targets.ts';

export interface ColdPlanOptions extends TargetOptions {
  /** Calls of each target. */
  readonly count: number;
  readonly cold: ColdChoice;
  readonly outDir: string;
}

/** Throws UsageError for a deployed function that nothing makes start anew, and as `prepareTargets` does; SetupError as that does. */
export async function planCold(options: ColdPlanOptions, modelOptions: ModelOptions): Promise<RunPlan> {
  const { count, cold, deployed, targets, outDir } = options;
  const isDeployed = deployed !== undefined && targets.includes('lambda');
  if (isDeployed && deployed.functionName === undefined && cold.waitMs === undefined) {
    throw new UsageError(
      'nothing makes the environments of that function new',
      'name it by --function too, so that its configuration can be changed for the time of the run; or --wait 15m between calls',
    );
  }
  const { images, runners, recorded } = await prepareTargets({ ...options, command: 'cold' }, modelOptions);
  return {
    command: 'cold',
    targets: [...runners].map(([name, runner]) => ({
      name,
      runner,
      scenario: coldStarts({ count, firstApart: isDeployed && name === 'lambda' }),
    })),
    images,
    outDir,
    options: { count, ...(cold.waitMs !== undefined && { waitMs: cold.waitMs }), ...recorded, out: outDir },
  };
}
