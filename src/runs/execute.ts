/** Makes a run: starts the runners, lets the scenarios drive them, and keeps everything in the run folder as it happens. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunClock, startClock } from '../core/clock.ts';
import type { Incident, RecordHead, Run, Sample, TargetInfo, Warning } from '../core/record.ts';
import type { DroppedStretch, MissedStretch, Steadiness, StopReason } from '../core/scenario.ts';
import { interleave } from '../scenarios/interleave.ts';
import { describeMachine } from './machine.ts';
import { digestLines, recordChunks } from './record-file.ts';
import { finishedHead, newHead, resumedHead, withLearned } from './record-head.ts';
import { refuseOtherPreparation } from './resume-checks.ts';
import { type Resumed, resumeClock } from './resume-clock.ts';
import { RunFolder, SAMPLES_FILE } from './run-folder.ts';
import { RunJournal } from './run-journal.ts';
import { RunMetrics } from './run-metrics.ts';
import type { RunPlan } from './run-plan.ts';
import { gatherEvidence, settledLines } from './settled-lines.ts';
import { EvidenceWatch, type TargetEvidence } from './watch-evidence.ts';
import { watchMachine } from './watch-machine.ts';

/** What happens during a run, in this order; `sample`, `incident` and `evidence` any number of times, the latter two with the next sample at the latest or after the last. */
export type RunEvent =
  | {
      readonly type: 'started';
      readonly folder: string;
      readonly head: RecordHead;
      readonly clock: Pick<RunClock, 'nowMs'>;
    }
  | { readonly type: 'sample'; readonly target: string; readonly sample: Sample }
  | { readonly type: 'incident'; readonly incident: Incident }
  | ({ readonly type: 'evidence' } & TargetEvidence)
  /** The calls are over; what is still to be found of them is waited for. */
  | { readonly type: 'collecting' }
  | { readonly type: 'finished'; readonly folder: string; readonly status: Run['status'] };

/**
 * Runs the plan, or what is left of it when it goes on with an earlier run. `signal` ends it after the query in flight, with a complete
 * record of status `interrupted`. Throws SetupError when a runner cannot start (of a new run nothing is left behind) or the disk
 * refuses (what was written stays readable; an open loop outlasts a full disk).
 */
export async function* execute(plan: RunPlan, signal: AbortSignal, resumed?: Resumed): AsyncGenerator<RunEvent, void> {
  let stops: PromiseSettledResult<void>[] = [];
  try {
    yield* measure(plan, signal, resumed);
  } finally {
    stops = await Promise.allSettled(plan.targets.map(async ({ runner }) => runner.stop()));
  }
  // Reached when nothing else went wrong, which would say more.
  const failed = stops.find(stop => stop.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** A run that is about to be driven. */
interface Begun {
  readonly folder: RunFolder;
  readonly head: RecordHead;
  readonly clock: RunClock;
}

async function* measure(
  plan: RunPlan,
  signal: AbortSignal,
  resumed: Resumed | undefined,
): AsyncGenerator<RunEvent, void> {
  const begun = resumed === undefined ? await begin(plan, signal) : await goOn(plan, signal, resumed);
  const { folder, head, clock } = begun;
  try {
    yield { type: 'started', folder: folder.path, head, clock };
    const [measured, stoppedBy, warnings] = yield* drive(plan, begun, signal, resumed);
    const finished = await finish(plan, measured, folder, stoppedBy, warnings);
    yield { type: 'finished', folder: folder.path, status: finished.run.status };
  } finally {
    folder.close();
  }
}

/** Between the start of the clock and the first slot of a schedule: the folder is made in it. */
const LEAD_MS = 20;

async function begin(plan: RunPlan, signal: AbortSignal): Promise<Begun> {
  const startedAt = new Date();
  const clock = startClock();
  const machine = describeMachine();
  const infos = await startRunners(plan, signal);
  const beganMs = isOpen(plan) ? Math.ceil(clock.nowMs() + LEAD_MS) : clock.nowMs();
  const folder = await RunFolder.create(plan.outDir, plan.command, startedAt);
  const head = newHead(plan, { id: folder.id, startedAt, beganMs }, machine, infos);
  // A folder without a record would be no run.
  try {
    await writeHead(folder, head, 'free some space, or choose another folder with --out');
    if (plan.resumeNote !== undefined) folder.writeResumeNote(plan.resumeNote);
  } catch (thrown) {
    folder.discard();
    throw thrown;
  }
  return { folder, head, clock };
}

async function goOn(plan: RunPlan, signal: AbortSignal, resumed: Resumed): Promise<Begun> {
  const folder = RunFolder.reopen(resumed.folder, resumed.bytes);
  try {
    refuseOtherPreparation(resumed.head, await startRunners(plan, signal));
    const startedAt = new Date();
    const { clock, offsetMs } = resumeClock(resumed, startedAt);
    const head = resumedHead(resumed.head, { startedAt, offsetMs }, resumed.lastSignAt);
    await writeHead(folder, head);
    return { folder, head, clock };
  } catch (thrown) {
    folder.close();
    throw thrown;
  }
}

function isOpen({ targets }: RunPlan): boolean {
  return targets.every(({ scenario }) => scenario.open);
}

/** One after another: what one does must not disturb what another measures of its own start. */
async function startRunners(plan: RunPlan, signal: AbortSignal): Promise<Map<string, TargetInfo>> {
  const infos = new Map<string, TargetInfo>();
  for (const { name, runner } of plan.targets) infos.set(name, await runner.start(signal));
  return infos;
}

async function writeHead(folder: RunFolder, head: RecordHead, hint?: string): Promise<void> {
  await folder.writeRecord([`${JSON.stringify(head, null, 2)}\n`], hint);
}

/** Returns the head with what the answers told, and what ended the measuring. */
async function* drive(
  plan: RunPlan,
  { folder, head: started, clock }: Begun,
  signal: AbortSignal,
  resumed: Resumed | undefined,
): AsyncGenerator<RunEvent, [RecordHead, StopReason, (target: string) => readonly Warning[]]> {
  const { images } = plan;
  const open = isOpen(plan);
  const journal = new RunJournal(folder, clock, open);
  const { beganMs = clock.nowMs() } = started.run;
  const ending = new AbortController();
  const drives = plan.targets.map(({ name, runner, scenario }) => {
    const done = resumed?.done.get(name);
    const missed = (stretch: MissedStretch) => journal.incident({ kind: 'missed', target: name, ...stretch });
    const dropped = (stretch: DroppedStretch) => journal.incident({ kind: 'dropped', target: name, ...stretch });
    const steadiness = (found: Steadiness) => journal.incident({ ...found, target: name });
    const drive = (signal: AbortSignal) =>
      scenario.drive({
        runner: plan.cost?.watching(runner) ?? runner,
        images,
        clock,
        beganMs,
        signal,
        ending: ending.signal,
        missed,
        dropped,
        steadiness,
        ...(done && { done }),
      });
    return [name, drive] as const;
  });
  const samples = interleave(new Map(drives), open ? 'own time' : 'turns', signal, plan.callsPerTurn);
  const emulated = new Set(started.targets.filter(({ info }) => info.emulated).map(({ name }) => name));
  const watch = watchMachine(clock, journal, { emulated, schedule: open });
  const evidence = new EvidenceWatch(plan.targets, clock, journal);
  const learners = new Map(plan.targets.map(({ name, runner }) => [name, runner]));
  let head = started;
  const metrics = new RunMetrics(plan.targets);
  try {
    for (;;) {
      const next = await samples.next();
      for (const incident of journal.news()) yield { type: 'incident', incident };
      for (const found of evidence.news()) {
        plan.cost?.correct(found.target, found.seq, found.evidence);
        yield { type: 'evidence', ...found };
      }
      if (next.done) {
        watch.stop();
        if (evidence.any) yield { type: 'collecting' };
        metrics.over();
        for await (const found of evidence.rest(signal)) yield { type: 'evidence', ...found };
        journal.finish();
        for (const incident of journal.news()) yield { type: 'incident', incident };
        const known = withAllLearned(plan, head);
        const metered = await metrics.added(known, signal);
        const stoppedBy = ending.signal.aborted && !signal.aborted ? 'cost' : next.value;
        return [metered, stoppedBy, target => evidence.warnings(target)];
      }
      const { target, sample } = next.value;
      journal.sample(target, sample);
      watch.sample(target, sample);
      evidence.sample(target, sample);
      plan.cost?.add(target, sample, infoOf(head, target));
      if (plan.cost?.wouldPass) ending.abort();
      metrics.sample(target, sample);
      yield { type: 'sample', target, sample };
      // The first answer tells nearly all that there is to learn: a killed run should know it too.
      const learned = sample.outcome.ok ? learners.get(target)?.learned?.() : undefined;
      if (sample.outcome.ok) learners.delete(target);
      if (learned === undefined) continue;
      head = withLearned(head, target, learned);
      // On a full disk the end of the run will tell it.
      await writeHead(folder, head).catch(thrown => {
        if (!open) throw thrown;
      });
    }
  } finally {
    watch.stop();
    evidence.stop();
    // Does nothing when the scenarios have ended by themselves.
    await samples.return('signal');
  }
}

function withAllLearned(plan: RunPlan, head: RecordHead): RecordHead {
  return plan.targets.reduce((known, { name, runner }) => withLearned(known, name, runner.learned?.() ?? {}), head);
}

function infoOf({ targets }: RecordHead, name: string): TargetInfo {
  return targets.find(target => target.name === name)!.info;
}

async function finish(
  plan: RunPlan,
  head: RecordHead,
  folder: RunFolder,
  stoppedBy: StopReason,
  evidenceWarnings: (target: string) => readonly Warning[],
): Promise<RecordHead> {
  const file = join(folder.path, SAMPLES_FILE);
  const evidence = await gatherEvidence(file);
  const lines = () => settledLines(file, evidence);
  const { summaries, disagreements, incidents } = await digestLines(head, lines());
  const told = await runnersWarnings(plan);
  const warnings = new Map(
    plan.targets.map(({ name }) => [
      name,
      [...(told.get(name) ?? []), ...evidenceWarnings(name), ...disagreements.get(name)!],
    ]),
  );
  const finished = finishedHead(head, stoppedBy, summaries, warnings, incidents);
  await folder.writeRecord(recordChunks(finished, summaries, lines));
  if (finished.run.status === 'completed') folder.removeResumeNote();
  return finished;
}

/** Given to all of them: a run that has measured everything must end. */
const WARNINGS_MS = 2_000;

/** None of a runner that cannot tell, or not in time. */
async function runnersWarnings(plan: RunPlan): Promise<Map<string, readonly Warning[]>> {
  const late = new AbortController();
  const none = sleep(WARNINGS_MS, [], { signal: late.signal }).catch(() => []);
  const told = await Promise.all(
    plan.targets.map(async ({ name, runner }): Promise<[string, readonly Warning[]]> => {
      const asked = (async () => runner.warnings?.() ?? [])().catch(() => []);
      return [name, await Promise.race([asked, none])];
    }),
  );
  late.abort();
  return new Map(told);
}
