/** The plan of `resnet-bench load`: so many calls a second, whatever became of those before. */
import { UsageError } from '../core/errors.ts';
import type { ModelOptions } from '../models/resolve.ts';
import { openLoop } from '../scenarios/open-loop.ts';
import { constantRate, poisson, type Schedule, within } from '../scenarios/schedule.ts';
import type { RunPlan } from './run-plan.ts';
import { prepareTargets, type TargetOptions } from './targets.ts';

export interface LoadPlanOptions extends TargetOptions {
  /** Calls a second. */
  readonly rate: number;
  readonly durationMs: number;
  /** Of random arrivals; they are at even distances when absent. */
  readonly poissonSeed?: number;
  readonly maxInFlight: number;
  readonly outDir: string;
}

/** Throws UsageError when no call would leave, or for more than one target; UsageError or SetupError as `prepareTargets` does. */
export async function planLoad(options: LoadPlanOptions, modelOptions: ModelOptions): Promise<RunPlan> {
  const { rate, durationMs, poissonSeed, maxInFlight, traceRate, targets, outDir } = options;
  if (targets.length > 1) {
    throw new UsageError(
      'load drives one target: two at once would take time from each other',
      'run it once for each of them',
    );
  }
  const slots = plannedCalls(options);
  const { images, runners, recorded } = await prepareTargets({ ...options, command: 'load' }, modelOptions);
  return {
    command: 'load',
    targets: [...runners].map(([name, runner]) => {
      // However late: what an overloaded target holds up here is part of its response time.
      const scenario = openLoop({ schedule: loadSchedule(options), maxInFlight });
      return { name, runner, scenario, slots };
    }),
    images,
    outDir,
    options: {
      ...{ rate, durationMs, arrivals: poissonSeed === undefined ? 'constant' : 'poisson' },
      ...(poissonSeed !== undefined && { seed: poissonSeed }),
      ...{ maxInFlight, planned: slots },
      ...(traceRate !== undefined && targets.includes('lambda') && { traceRate }),
      ...recorded,
      out: outDir,
    },
  };
}

type Rate = Pick<LoadPlanOptions, 'rate' | 'durationMs' | 'poissonSeed'>;

/** Throws UsageError when there is none. */
export function plannedCalls(load: Rate): number {
  const slots = countOf(loadSchedule(load));
  if (slots > 0) return slots;
  throw new UsageError('no call would leave in that time', 'raise --rate, or lengthen --duration');
}

function loadSchedule({ rate, durationMs, poissonSeed }: Rate): Schedule {
  return within(poissonSeed === undefined ? constantRate(rate) : poisson(rate, poissonSeed), durationMs);
}

function countOf(schedule: Schedule): number {
  let count = 0;
  for (const _ of schedule) count++;
  return count;
}
