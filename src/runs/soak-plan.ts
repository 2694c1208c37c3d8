/** The plan of `resnet-bench soak`: a call each interval, whatever became of those before. */
import { UsageError } from '../core/errors.ts';
import type { ModelOptions } from '../models/resolve.ts';
import { openLoop } from '../scenarios/open-loop.ts';
import { every, within } from '../scenarios/schedule.ts';
import type { RunPlan } from './run-plan.ts';
import { prepareTargets, type TargetOptions } from './targets.ts';

export interface SoakPlanOptions extends TargetOptions {
  readonly intervalMs: number;
  readonly durationMs: number;
  readonly outDir: string;
}

/**
 * The first target is called at the start of each interval, the others at even distances within it: two of them half an interval
 * apart. Throws UsageError when one of them would have no call, UsageError or SetupError as `prepareTargets` does.
 */
export async function planSoak(options: SoakPlanOptions, modelOptions: ModelOptions): Promise<RunPlan> {
  const { intervalMs, durationMs, outDir, targets } = options;
  const lastFirstMs = (intervalMs * (targets.length - 1)) / targets.length;
  if (lastFirstMs >= durationMs) {
    throw new UsageError(
      `--duration is too short: ${targets.at(-1)} would be called ${lastFirstMs / 1_000} s after the start`,
      'lengthen it, or shorten --interval',
    );
  }
  const { images, runners, recorded } = await prepareTargets(options, modelOptions);
  return {
    command: 'soak',
    targets: [...runners].map(([name, runner], i) => {
      const firstMs = (i * intervalMs) / runners.size;
      const schedule = within(every(intervalMs, firstMs), durationMs);
      return { name, runner, scenario: openLoop({ schedule, latestMs: intervalMs }) };
    }),
    images,
    outDir,
    options: { intervalMs, durationMs, ...recorded, out: outDir },
  };
}
