/** Makes a run: starts the runners, lets the scenarios drive them, and keeps everything in the run folder as it happens. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, startClock } from '../core/clock.ts';
import type { RecordHead, Run, Sample, TargetInfo, Warning } from '../core/record.ts';
import type { StopReason } from '../core/scenario.ts';
import { interleave } from '../scenarios/interleave.ts';
import { describeMachine } from './machine.ts';
import { recordChunks, summarizeLines } from './record-file.ts';
import { finishedHead, newHead, withLearned } from './record-head.ts';
import { RunFolder, SAMPLES_FILE } from './run-folder.ts';
import type { RunPlan } from './run-plan.ts';
import { readSampleLines } from './sample-lines.ts';

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
  let stops: PromiseSettledResult<void>[] = [];
  try {
    yield* measure(plan, signal);
  } finally {
    stops = await Promise.allSettled(plan.targets.map(async ({ runner }) => runner.stop()));
  }
  // Reached when nothing else went wrong, which would say more.
  const failed = stops.find(stop => stop.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function* measure(plan: RunPlan, signal: AbortSignal): AsyncGenerator<RunEvent, void> {
  const startedAt = new Date();
  const clock = startClock();
  const machine = describeMachine();
  const infos = await startRunners(plan, signal);
  const folder = await RunFolder.create(plan.outDir, plan.command, startedAt);
  const head = newHead(plan, folder.id, startedAt, machine, infos);
  await writeFirst(folder, head);
  yield { type: 'started', folder: folder.path, head };
  try {
    const [measured, stoppedBy] = yield* drive(plan, head, folder, clock, signal);
    const finished = await finish(plan, measured, folder, stoppedBy);
    yield { type: 'finished', folder: folder.path, status: finished.run.status };
  } finally {
    folder.close();
  }
}

/** One after another: what one does must not disturb what another measures of its own start. */
async function startRunners(plan: RunPlan, signal: AbortSignal): Promise<Map<string, TargetInfo>> {
  const infos = new Map<string, TargetInfo>();
  for (const { name, runner } of plan.targets) infos.set(name, await runner.start(signal));
  return infos;
}

/** A folder without a record would be no run. */
async function writeFirst(folder: RunFolder, head: RecordHead): Promise<void> {
  try {
    await writeHead(folder, head, 'free some space, or choose another folder with --out');
  } catch (thrown) {
    folder.discard();
    throw thrown;
  }
}

async function writeHead(folder: RunFolder, head: RecordHead, hint?: string): Promise<void> {
  await folder.writeRecord([`${JSON.stringify(head, null, 2)}\n`], hint);
}

/** Returns the head with what the answers told, and what ended the measuring. */
async function* drive(
  plan: RunPlan,
  started: RecordHead,
  folder: RunFolder,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, [RecordHead, StopReason]> {
  const { images } = plan;
  const beganMs = clock.nowMs();
  const drives = plan.targets.map(({ name, runner, scenario }) => {
    const drive = (signal: AbortSignal) => scenario.drive({ runner, images, clock, beganMs, signal });
    return [name, drive] as const;
  });
  const order = plan.targets.every(({ scenario }) => scenario.open) ? 'own time' : 'turns';
  const samples = interleave(new Map(drives), order, signal);
  const learners = new Map(plan.targets.map(({ name, runner }) => [name, runner]));
  let head = started;
  try {
    for (;;) {
      const next = await samples.next();
      if (next.done) return [withAllLearned(plan, head), next.value];
      const { target, sample } = next.value;
      folder.append({ target, sample });
      yield { type: 'sample', target, sample };
      // The first answer tells nearly all that there is to learn: a killed run should know it too.
      const learned = sample.outcome.ok ? learners.get(target)?.learned?.() : undefined;
      if (sample.outcome.ok) learners.delete(target);
      if (learned === undefined) continue;
      head = withLearned(head, target, learned);
      await writeHead(folder, head);
    }
  } finally {
    // Does nothing when the scenarios have ended by themselves.
    await samples.return('signal');
  }
}

function withAllLearned(plan: RunPlan, head: RecordHead): RecordHead {
  return plan.targets.reduce((known, { name, runner }) => withLearned(known, name, runner.learned?.() ?? {}), head);
}

async function finish(plan: RunPlan, head: RecordHead, folder: RunFolder, stoppedBy: StopReason): Promise<RecordHead> {
  const lines = () => readSampleLines(join(folder.path, SAMPLES_FILE));
  const summaries = await summarizeLines(head, lines);
  const warnings = await runnersWarnings(plan);
  const finished = finishedHead(head, stoppedBy, summaries, warnings);
  await folder.writeRecord(recordChunks(finished, summaries, lines));
  return finished;
}

/** Given to all of them: a run that has measured everything must end. */
const WARNINGS_MS = 2_000;

/** None of a runner that cannot tell, or not in time. */
async function runnersWarnings(plan: RunPlan): Promise<Map<string, readonly Warning[]>> {
  const late = new AbortController();
  const none = sleep(WARNINGS_MS, [], { signal: late.signal }).catch(() => []);
  const told = await Promise.all(
    plan.targets.map(async ({ name, runner, scenario }): Promise<[string, readonly Warning[]]> => {
      const asked = (async () => runner.warnings?.() ?? [])().catch(() => []);
      return [name, [...(scenario.warnings?.() ?? []), ...(await Promise.race([asked, none]))]];
    }),
  );
  late.abort();
  return new Map(told);
}
