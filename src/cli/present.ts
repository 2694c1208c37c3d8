/** Makes a run and shows it: progress while it goes, the report at its end, and what to do next. */
import { join } from 'node:path';
import { EXIT } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { RunRecord } from '../core/record.ts';
import { gatesOf } from '../reports/gates.ts';
import { describeIncidents } from '../reports/incidents.ts';
import { renderMarkdown } from '../reports/markdown.ts';
import { renderTable } from '../reports/table.ts';
import { execute, type RunEvent } from '../runs/execute.ts';
import { readRecord } from '../runs/read-run.ts';
import { type Finished, finishRestores } from '../runs/restore-notes.ts';
import type { Resumed } from '../runs/resume-clock.ts';
import { RECORD_FILE } from '../runs/run-folder.ts';
import type { RunPlan } from '../runs/run-plan.ts';
import { appendSummary, type Judging, refuseUnkeepable, tellGates } from './judging.ts';
import { commandLine, type NextStep, outWords } from './next.ts';
import type { Limits } from './progress.ts';
import { shortPath } from './short-path.ts';
import { showLoop, showSchedule } from './show-run.ts';
import { copyToStdout } from './stdout.ts';

export interface Presentation {
  /** The record on stdout instead of the report. */
  readonly json: boolean;
  /** Of each target. */
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** Where run folders are. */
  readonly out: string;
  /** The run that goes on. */
  readonly resumed?: Resumed;
  readonly judging: Judging;
  /** Is shown what happens, too. */
  readonly also?: (event: RunEvent) => void;
  readonly next: (record: RunRecord) => readonly NextStep[];
}

/** Returns the exit code: 4 when nothing succeeded. */
export async function present(given: RunPlan, presentation: Presentation): Promise<number> {
  const { judging } = presentation;
  refuseUnkeepable(
    judging,
    given.targets.map(({ name }) => name),
  );
  const plan = { ...given, options: { ...given.options, ...judging.recorded } };
  await tellRestores(presentation.signal);
  const folder = await runWithProgress(plan, presentation);
  const file = join(folder, RECORD_FILE);
  if (presentation.json) await copyToStdout(file);
  const record = await readRecord(file);
  const gates = gatesOf(record, judging.thresholds, judging.terms);
  if (!presentation.json)
    process.stdout.write(
      `${renderTable(record, { ...judging, gates })}\n${printable(whatNext(folder, presentation.next(record)))}`,
    );
  else process.stderr.write(printable(warningLines(record)));
  appendSummary(judging.summaryFile, renderMarkdown(record, { ...judging, gates }));
  const held = tellGates(gates, presentation.json ? process.stderr : process.stdout);
  if (record.run.stoppedBy === 'cost') {
    const { maxCostUsd } = record.run.options;
    const hint = 'raise --max-cost; what was measured by then is above, and in the record';
    process.stderr.write(`error: stopped before it would cost more than ${maxCostUsd} USD\nhint: ${hint}\n`);
    return EXIT.unmet;
  }
  const failed = record.targets.filter(({ samples }) => !samples.some(({ outcome }) => outcome.ok));
  if (failed.length === 0 || record.run.status === 'interrupted') return held;
  const where = record.targets.length === 1 ? '' : ` on ${failed.map(({ name }) => name).join(', ')}`;
  const csv = commandLine(['report', '--format', 'csv', ...outWords(presentation.out)]);
  process.stderr.write(printable(`error: nothing succeeded${where}\nhint: ${csv} names what failed, and why\n`));
  return EXIT.unmet;
}

/** What an earlier run that was killed has left changed is put back before anything is measured. */
async function tellRestores(signal: AbortSignal): Promise<void> {
  for (const finished of await finishRestores(signal)) {
    process.stderr.write(printable(`${restoreLine(finished)}\n`));
  }
}

function restoreLine(finished: Finished): string {
  const what = `the configuration of ${finished.functionArn}, which an earlier run had changed`;
  switch (finished.outcome) {
    case 'restored':
      return `restored  ${what}`;
    case 'gone':
      return `dropped  the note of ${what}: there is no such function any more`;
    case 'failed':
      return `warning: ${what}, could not be put back: ${finished.message}; the next run tries again`;
  }
}

/** Returns the run's folder. */
async function runWithProgress(plan: RunPlan, { limits, signal, resumed, also }: Presentation): Promise<string> {
  const { durationMs } = limits;
  const open = plan.targets.every(({ slots }) => slots !== undefined) && durationMs !== undefined;
  const shown = open ? await showSchedule(plan, durationMs, resumed) : showLoop(plan, limits);
  let folder = '';
  try {
    for await (const event of execute(plan, signal, resumed)) {
      shown.show(event);
      also?.(event);
      if ('folder' in event) folder = event.folder;
    }
  } finally {
    shown.stop();
  }
  return folder;
}

function warningLines(record: RunRecord): string {
  const warnings = record.targets.flatMap(target => target.warnings);
  return [...describeIncidents(record), ...warnings.map(({ message, advice }) => `${message}; ${advice}`)]
    .map(line => `warning: ${line}\n`)
    .join('');
}

function whatNext(folder: string, steps: readonly NextStep[]): string {
  const lines = steps.map(({ words, what }) => `        ${what}:\n          ${commandLine(words)}\n`);
  return `record  ${shortPath(folder)}\nnext${lines.join('').slice('next'.length)}`;
}
