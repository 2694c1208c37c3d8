/** The plan of `resnet-bench sweep`: the same calls at several memory sizes and thread counts, in turns. */
import { UsageError } from '../core/errors.ts';
import type { ModelOptions } from '../models/resolve.ts';
import { closedLoop } from '../scenarios/closed-loop.ts';
import { prepared } from './prepared-runner.ts';
import type { RunPlan, TargetPlan } from './run-plan.ts';
import { type Setting, SettingSwitch } from './setting-switch.ts';
import { prepareWork, runnerFor, type TargetOptions, type Work } from './targets.ts';

export interface SweepPlanOptions extends TargetOptions {
  /** Of the function; none for this process. */
  readonly memorySizesMb: readonly number[];
  /** None: the function's own choice by its memory. */
  readonly threadCounts: readonly number[];
  /** Measured calls of each setting that are not cold. */
  readonly iterations: number;
  readonly warmup: number;
  /** In how many stretches a setting's calls are made. */
  readonly rounds: number;
  readonly outDir: string;
}

/** Throws UsageError when there is nothing to compare, UsageError or SetupError as `prepareWork` does. */
export async function planSweep(options: SweepPlanOptions, modelOptions: ModelOptions): Promise<RunPlan> {
  const { targets, memorySizesMb, threadCounts, iterations, warmup, rounds, outDir } = options;
  const [target] = targets;
  if (target === undefined || targets.length > 1) {
    throw new UsageError('sweep drives one target', 'run it once for each: --target lambda, --target local');
  }
  const settings = settingsOf(memorySizesMb, threadCounts);
  if (settings.length < 2)
    throw new UsageError('one setting is no sweep', 'name several: --memory 512,1024 --threads 1,2');
  const plans = (work: Work) =>
    target === 'local' ? localTargets(options, settings, work) : functionTargets(options, settings, work);
  const work = await prepareWork(options, modelOptions);
  const { images, recorded } = work;
  const { memoryMb: _, threads: __, ...others } = recorded;
  return {
    command: 'sweep',
    targets: plans(work),
    callsPerTurn: Math.ceil(iterations / rounds),
    images,
    outDir,
    options: {
      ...(memorySizesMb.length > 0 && { memorySizesMb }),
      ...(threadCounts.length > 0 && { threadCounts }),
      ...{ iterations, warmup, rounds },
      ...others,
      out: outDir,
    },
  };
}

function settingsOf(memorySizesMb: readonly number[], threadCounts: readonly number[]): Setting[] {
  const sizes = memorySizesMb.length === 0 ? [{}] : memorySizesMb.map(memoryMb => ({ memoryMb }));
  const counts = threadCounts.length === 0 ? [{}] : threadCounts.map(threads => ({ threads }));
  return sizes.flatMap(size => counts.map(count => ({ ...size, ...count })));
}

/** `1769 MB, 2 threads`. */
function nameOf({ memoryMb, threads }: Setting): string {
  const words = [memoryMb && `${memoryMb} MB`, threads && `${threads} ${threads === 1 ? 'thread' : 'threads'}`];
  return words.filter(Boolean).join(', ');
}

function localTargets(options: SweepPlanOptions, settings: readonly Setting[], work: Work): TargetPlan[] {
  return settings.map(setting => ({
    name: nameOf(setting),
    runner: runnerFor(
      'local',
      { ...options, ...(setting.threads !== undefined && { threads: setting.threads }) },
      work,
    ),
    scenario: closedLoop(options),
  }));
}

function functionTargets(options: SweepPlanOptions, settings: readonly Setting[], work: Work): TargetPlan[] {
  const { deployed, emulated } = options;
  const scenario = closedLoop(options);
  if (deployed === undefined) {
    return settings.map(setting => ({
      name: nameOf(setting),
      // Each has an emulator of its own, so that all are warm at once.
      runner: runnerFor('lambda', { ...options, emulated: { ...emulated, ...setting } }, work),
      scenario,
    }));
  }
  const { functionName } = deployed;
  if (functionName === undefined) {
    throw new UsageError(
      'a function at a URL alone has one setting',
      'name it by --function too, so that its configuration can be changed for the time of the run',
    );
  }
  const settingSwitch = new SettingSwitch(functionName, settings);
  return settings.map(setting => ({
    name: nameOf(setting),
    runner: prepared(runnerFor('lambda', { ...options, command: 'sweep' }, work), settingSwitch.at(setting)),
    scenario,
  }));
}
