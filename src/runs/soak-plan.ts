/** The plan of `resnet-bench soak`: a call each interval, whatever became of those before. */
import { UsageError } from '../core/errors.ts';
import type { ModelOptions } from '../models/resolve.ts';
import { openLoop } from '../scenarios/open-loop.ts';
import { inTurns, shuffled } from '../scenarios/picture-order.ts';
import { countWithin, every, type Schedule, within } from '../scenarios/schedule.ts';
import type { RunPlan } from './run-plan.ts';
import { prepareTargets, type TargetOptions } from './targets.ts';

/** A machine under load may hold up a process for as long; that is told as issue delay. Beyond, nothing ran. */
const LATEST_MS = 1_000;

export interface SoakPlanOptions extends TargetOptions {
  readonly intervalMs: number;
  readonly durationMs: number;
  /** Pictures in a random order that is the same for the same seed, rather than in turns. */
  readonly shuffleSeed?: number;
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
  const { images, runners, recorded, resumeNote } = await prepareTargets({ ...options, command: 'soak' }, modelOptions);
  const { shuffleSeed } = options;
  const order = shuffleSeed === undefined ? inTurns(images.length) : shuffled(images.length, shuffleSeed);
  return {
    command: 'soak',
    targets: [...runners].map(([name, runner], i) => {
      const schedule = soakSchedule(options, i);
      const scenario = openLoop({ schedule, latestMs: Math.max(intervalMs, LATEST_MS), order });
      return { name, runner, scenario, slots: countWithin(intervalMs, firstOf(options, i), durationMs) };
    }),
    images,
    outDir,
    options: {
      intervalMs,
      durationMs,
      shuffle: shuffleSeed !== undefined,
      ...(shuffleSeed !== undefined && { seed: shuffleSeed }),
      ...recorded,
      out: outDir,
    },
    resumeNote,
  };
}

/** Of the target at that position. */
export function soakSchedule(
  options: Pick<SoakPlanOptions, 'intervalMs' | 'durationMs' | 'targets'>,
  position: number,
): Schedule {
  return within(every(options.intervalMs, firstOf(options, position)), options.durationMs);
}

function firstOf({ intervalMs, targets }: Pick<SoakPlanOptions, 'intervalMs' | 'targets'>, position: number): number {
  return (position * intervalMs) / targets.length;
}
