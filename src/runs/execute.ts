/** Makes a run: starts the runners, lets the scenarios drive them, and keeps everything in the run folder as it happens. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, startClock } from '../core/clock.ts';
import type { Image } from '../core/image.ts';
import {
  type Machine,
  type RecordHead,
  type Run,
  type Sample,
  SCHEMA_VERSION,
  type TargetHead,
  type TargetInfo,
} from '../core/record.ts';
import type { Runner } from '../core/runner.ts';
import type { Scenario, StopReason } from '../core/scenario.ts';
import { describeMachine } from './machine.ts';
import { recordChunks, summarizeLines } from './record-file.ts';
import { RunFolder, SAMPLES_FILE } from './run-folder.ts';
import { readSampleLines } from './sample-lines.ts';
import { warningsOf } from './warnings.ts';

/** All that a run needs to know. */
export interface RunPlan {
  /** The command's name, which also names the run's folder. */
  readonly command: string;
  /** The name of the target, as reports show it. */
  readonly target: string;
  readonly runner: Runner;
  readonly scenario: Scenario;
  readonly images: readonly Image[];
  /** Run folders are made in here. */
  readonly outDir: string;
  /** Every option as it was resolved; goes into the record. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What happens during a run, in this order; `sample` any number of times. */
export type RunEvent =
  | { readonly type: 'started'; readonly folder: string; readonly head: RecordHead }
  | { readonly type: 'sample'; readonly target: string; readonly sample: Sample }
  | { readonly type: 'finished'; readonly folder: string; readonly status: Run['status'] };

/**
 * Runs the plan. `signal` ends it after the query in flight, with a complete record of status `interrupted`. Throws
 * SetupError when a runner cannot start (nothing is left behind) or the disk refuses (what was written stays readable).
 */
export async function* execute(plan: RunPlan, signal: AbortSignal): AsyncGenerator<RunEvent, void> {
  const startedAt = new Date();
  const clock = startClock();
  let head: RecordHead;
  let folder: RunFolder;
  try {
    const machine = describeMachine();
    const info = await plan.runner.start(signal);
    folder = await RunFolder.create(plan.outDir, plan.command, startedAt);
    head = await writeHead(plan, info, machine, folder, startedAt);
  } catch (thrown) {
    await plan.runner.stop();
    throw thrown;
  }
  yield { type: 'started', folder: folder.path, head };
  try {
    const stoppedBy = yield* drive(plan, folder, clock, signal);
    head = await finishRun(head, folder, stoppedBy);
  } finally {
    folder.close();
    await plan.runner.stop();
  }
  yield { type: 'finished', folder: folder.path, status: head.run.status };
}

async function writeHead(
  plan: RunPlan,
  info: TargetInfo,
  machine: Machine,
  folder: RunFolder,
  startedAt: Date,
): Promise<RecordHead> {
  const target: TargetHead = { name: plan.target, info, warnings: warningsOf(info, { failed: {} }) };
  const head: RecordHead = {
    schemaVersion: SCHEMA_VERSION,
    tool: readTool(),
    run: {
      id: folder.id,
      command: plan.command,
      scenario: plan.scenario.name,
      status: 'running',
      startedAt: startedAt.toISOString(),
      options: { ...plan.options },
      segments: [{ startedAt: startedAt.toISOString(), offsetMs: 0 }],
    },
    machine,
    images: plan.images.map(({ bytes, ...image }) => ({ ...image, bytes: bytes.length })),
    targets: [target],
  };
  try {
    await folder.writeRecord([`${JSON.stringify(head, null, 2)}\n`]);
  } catch (thrown) {
    folder.discard();
    throw thrown;
  }
  return head;
}

async function* drive(
  plan: RunPlan,
  folder: RunFolder,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, StopReason> {
  const { runner, images, target } = plan;
  const samples = plan.scenario.drive({ runner, images, clock, signal });
  try {
    for (;;) {
      const next = await samples.next();
      if (next.done) return next.value;
      folder.append({ target, sample: next.value });
      yield { type: 'sample', target, sample: next.value };
    }
  } finally {
    // Does nothing when the scenario has ended by itself.
    await samples.return('signal');
  }
}

async function finishRun(head: RecordHead, folder: RunFolder, stoppedBy: StopReason): Promise<RecordHead> {
  const lines = () => readSampleLines(join(folder.path, SAMPLES_FILE));
  const summaries = await summarizeLines(head, lines);
  const finished: RecordHead = {
    ...head,
    run: {
      ...head.run,
      status: stoppedBy === 'signal' ? 'interrupted' : 'completed',
      endedAt: new Date().toISOString(),
      stoppedBy,
    },
    targets: head.targets.map(target => ({
      ...target,
      warnings: warningsOf(target.info, summaries.get(target.name)!),
    })),
  };
  await folder.writeRecord(recordChunks(finished, summaries, lines));
  return finished;
}

function readTool(): RecordHead['tool'] {
  const { name, version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return { name, version };
}
