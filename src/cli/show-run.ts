/** Shows what goes on during a run on stderr: of closed loops a line, of open ones the whole view with what befalls the run. */
import { join } from 'node:path';
import { printable } from '../core/printable.ts';
import type { RecordHead } from '../core/record.ts';
import { describeSlots } from '../reports/facts.ts';
import { describeIncident } from '../reports/incidents.ts';
import { describeRate } from '../reports/load.ts';
import type { RunEvent } from '../runs/execute.ts';
import type { Resumed } from '../runs/resume-clock.ts';
import { SAMPLES_FILE } from '../runs/run-folder.ts';
import { readRunLines } from '../runs/run-line-reader.ts';
import type { RunPlan } from '../runs/run-plan.ts';
import { type LiveView, startLiveView } from './live.ts';
import { type Limits, TargetsProgress } from './progress.ts';
import { SoakView } from './soak-view.ts';
import { isTerminal, startSpinner } from './spinner.ts';

export interface Shown {
  /** In the order in which they happen. */
  show(event: RunEvent): void;
  stop(): void;
}

const COLLECTING = 'waiting for traces, log lines and metrics (Ctrl-C: no longer)';
/** A log need not tell of a shorter wait. */
const WORTH_TELLING_MS = 2_000;

/** What is left to be found is waited for: shown on a terminal, said in a log when it takes a while. */
function showCollecting(): { stop(): void } {
  const spinner = startSpinner(COLLECTING);
  if (isTerminal()) return spinner;
  const timer = setTimeout(() => process.stderr.write(`${COLLECTING}\n`), WORTH_TELLING_MS).unref();
  return { stop: () => clearTimeout(timer) };
}

export function showLoop(plan: RunPlan, limits: Limits): Shown {
  const spinner = startSpinner('starting');
  let waiting: { stop(): void } | undefined;
  const progress = new TargetsProgress(
    plan.targets.map(({ name }) => name),
    limits,
  );
  return {
    show: event => {
      if (event.type === 'sample') spinner.update(progress.after(event.target, event.sample));
      else if (event.type === 'collecting') {
        spinner.stop();
        waiting = showCollecting();
      }
    },
    stop: () => {
      spinner.stop();
      waiting?.stop();
    },
  };
}

/** `resumed`: its calls count from the start. */
export async function showSchedule(plan: RunPlan, durationMs: number, resumed: Resumed | undefined): Promise<Shown> {
  let spinner: { stop(): void } = startSpinner('starting');
  const view = new SoakView({
    targets: plan.targets.map(({ name }) => name),
    plannedByTarget: new Map(plan.targets.map(({ name, slots }) => [name, slots!])),
    durationMs,
  });
  if (resumed !== undefined) await addEarlier(view, resumed.folder);
  let live: LiveView | undefined;
  let run: RecordHead['run'];
  let busyToMs: number | undefined;
  return {
    show: event => {
      if (event.type === 'started') {
        run = event.head.run;
        spinner.stop();
        process.stderr.write(printable(`${describeSlots({ run }) ?? describeRate({ run })}\n`));
        view.began(run.beganMs!);
        live = startLiveView(view, event.clock);
      } else if (event.type === 'sample') {
        view.add(event.target, event.sample);
        live?.update();
      } else if (event.type === 'incident') {
        if (event.incident.kind === 'missed') view.missed(event.incident.target, event.incident.count);
        // Counted, and as many as there are seconds: the view shows them.
        if (event.incident.kind === 'dropped') return view.dropped(event.incident.target, event.incident.count);
        // Of a machine that stays busy it is said once.
        const again = event.incident.kind === 'busy' && event.incident.fromMs === busyToMs;
        if (event.incident.kind === 'busy') busyToMs = event.incident.toMs;
        if (!again) live?.note(printable(`noticed  ${describeIncident(run, event.incident)}`));
      } else if (event.type === 'collecting') {
        live?.stop();
        live = undefined;
        spinner = showCollecting();
      }
    },
    stop: () => {
      spinner.stop();
      live?.stop();
    },
  };
}

async function addEarlier(view: SoakView, folder: string): Promise<void> {
  for await (const line of readRunLines(join(folder, SAMPLES_FILE))) {
    if ('sample' in line) view.add(line.target, line.sample);
    else if ('incident' in line && line.incident.kind === 'missed')
      view.missed(line.incident.target, line.incident.count);
  }
}
