/** Goes on with a soak that was killed or interrupted: the slots that are left, with the same pictures, model, options, program and machine. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupError, UsageError } from '../core/errors.ts';
import { PRICES } from '../core/prices.ts';
import type { RecordHead } from '../core/record.ts';
import type { ModelOptions } from '../models/resolve.ts';
import type { Schedule } from '../scenarios/schedule.ts';
import { type CostWatch, withCostLimit } from './cost-watch.ts';
import { DoneSlots } from './done-slots.ts';
import { readPrices } from './price-file.ts';
import { findRecord, readHead } from './read-run.ts';
import { refuseOtherMachine, refuseOtherWork } from './resume-checks.ts';
import type { Resumed } from './resume-clock.ts';
import { readResumeNote } from './resume-note.ts';
import { SAMPLES_FILE } from './run-folder.ts';
import { readRunLines } from './run-line-reader.ts';
import type { RunPlan } from './run-plan.ts';
import { planSoak, type SoakPlanOptions, soakSchedule } from './soak-plan.ts';
import { readSoakOptions, type Secrets } from './soak-recorded.ts';

export interface ResumeOptions {
  /** Id, folder or file; the latest in `outDir` when absent. */
  readonly run?: string;
  readonly outDir: string;
  readonly secrets: Secrets;
}

/**
 * Throws UsageError when there is nothing to go on with, or a secret is missing; SetupError when something is not what the run began with,
 * saying which, or cannot be had any more.
 */
export async function planResume(
  options: ResumeOptions,
  modelOptions: ModelOptions,
): Promise<{ plan: RunPlan; resumed: Resumed }> {
  const file = findRecord(options.run, options.outDir);
  const folder = dirname(file);
  const head = await readHead(file);
  const { id, command, status } = head.run;
  if (command !== 'soak') {
    throw new UsageError(`${id} is a run of ${command}: only a soak can be resumed`, `resnet-bench ${command} --help`);
  }
  if (status === 'completed') {
    throw new UsageError(`${id} is complete: there is nothing to resume`, `resnet-bench report ${id} shows it`);
  }
  const note = readResumeNote(folder);
  refuseOtherMachine(head, note);
  const soak = readSoakOptions(head, note, options.secrets);
  const { maxCostUsd, thresholds, prices, githubSummary } = head.run.options;
  // Before a model is fetched.
  const list = typeof prices === 'string' ? readPrices(prices) : PRICES;
  const planned = withCostLimit(
    await planSoak(soak, modelOptions),
    typeof maxCostUsd === 'number' ? maxCostUsd : undefined,
    list,
  );
  // What the whole is judged by stays.
  const judgedBy = Object.entries({ thresholds, prices, githubSummary }).filter(([, value]) => value !== undefined);
  const plan = { ...planned, options: { ...planned.options, ...Object.fromEntries(judgedBy) } };
  refuseOtherWork(head, note, plan);
  return { plan, resumed: await whatIsLeft(file, head, soak, plan.cost) };
}

/** `cost` is told of what was spent. */
async function whatIsLeft(
  file: string,
  head: RecordHead,
  soak: SoakPlanOptions,
  cost: CostWatch | undefined,
): Promise<Resumed> {
  const infos = new Map(head.targets.map(({ name, info }) => [name, info]));
  const folder = dirname(file);
  const samples = join(folder, SAMPLES_FILE);
  const { startedAt, beganMs, segments } = head.run;
  if (beganMs === undefined) throw new SetupError(`${head.run.id} does not tell when it began`, 'start a new run');
  // Before they are read; when there are none, reading says so.
  const { size: bytes, mtimeMs } = statSync(samples, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
  const done = new Map(head.targets.map(({ name }) => [name, new DoneSlots()]));
  let lastSignMs = beganMs;
  for await (const line of readRunLines(samples)) {
    if ('sample' in line) {
      done.get(line.target)?.add(line.sample.seq);
      lastSignMs = Math.max(lastSignMs, line.sample.completedMs);
      cost?.add(line.target, line.sample, infos.get(line.target)!);
    } else if ('evidence' in line) {
      cost?.correct(line.target, line.seq, line.evidence);
    } else if ('incident' in line && line.incident.kind === 'missed') {
      const { target, firstSeq, count, toMs } = line.incident;
      for (let seq = firstSeq; seq < firstSeq + count; seq++) done.get(target)?.add(seq);
      lastSignMs = Math.max(lastSignMs, toMs);
    }
  }
  // Of a stretch from which no line came, its beginning is all there is. It may have begun before the end of a call of the stretch ahead of it.
  const latest = segments.at(-1);
  const nothingCame = latest !== undefined && (mtimeMs < Date.parse(latest.startedAt) || latest.offsetMs >= lastSignMs);
  const next = soak.targets.flatMap((name, position) => firstLeft(soakSchedule(soak, position), done.get(name)!));
  return {
    folder,
    head,
    bytes,
    done,
    lastSignMs: nothingCame ? latest.offsetMs : lastSignMs,
    lastSignAt: new Date(nothingCame ? Date.parse(latest.startedAt) : Math.max(Date.parse(startedAt), mtimeMs)),
    // With nothing left it ends where it was.
    nextSlotMs: next.length === 0 ? lastSignMs : beganMs + Math.min(...next),
  };
}

/** Offset of the first slot that is not done; none when all are. */
function firstLeft(schedule: Schedule, done: DoneSlots): number[] {
  let seq = 0;
  for (const offsetMs of schedule) if (!done.has(seq++)) return [offsetMs];
  return [];
}
