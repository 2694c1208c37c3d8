/** Makes a run and shows it: progress while it goes, the report at its end, and what to do next. */
import { join } from 'node:path';
import { EXIT } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { RunRecord } from '../core/record.ts';
import { renderTable } from '../reports/table.ts';
import { execute, type RunPlan } from '../runs/execute.ts';
import { readRecord } from '../runs/read-run.ts';
import { RECORD_FILE } from '../runs/run-folder.ts';
import { type Limits, LoopProgress } from './progress.ts';
import { shortPath } from './short-path.ts';
import { startSpinner } from './spinner.ts';
import { copyToStdout } from './stdout.ts';

export interface Presentation {
  /** The record on stdout instead of the report. */
  readonly json: boolean;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly repeat: Repeat;
}

/** What to say again to measure the same pictures in the same way, and to find the same reports. */
export interface Repeat {
  readonly images: readonly string[];
  readonly threads: number;
  readonly options: readonly string[];
  readonly out: readonly string[];
}

/** Returns the exit code: 4 when nothing succeeded. */
export async function present(plan: RunPlan, presentation: Presentation): Promise<number> {
  const folder = await runWithProgress(plan, presentation);
  const file = join(folder, RECORD_FILE);
  if (presentation.json) await copyToStdout(file);
  const record = await readRecord(file);
  if (!presentation.json)
    process.stdout.write(`${renderTable(record)}\n${printable(whatNext(record, folder, presentation))}`);
  else process.stderr.write(printable(warningLines(record)));
  if (hasSuccess(record) || record.run.status === 'interrupted') return EXIT.ok;
  const csv = ['resnet-bench', 'report', '--format', 'csv', ...presentation.repeat.out].map(quoted).join(' ');
  process.stderr.write(printable(`error: nothing succeeded\nhint: ${csv} names what failed, and why\n`));
  return EXIT.unmet;
}

/** Returns the run's folder. */
async function runWithProgress(plan: RunPlan, { limits, signal }: Presentation): Promise<string> {
  const spinner = startSpinner('loading the model');
  const progress = new LoopProgress(limits);
  let folder = '';
  try {
    for await (const event of execute(plan, signal)) {
      if (event.type === 'sample') spinner.update(progress.after(event.sample));
      else folder = event.folder;
    }
  } finally {
    spinner.stop();
  }
  return folder;
}

function hasSuccess(record: RunRecord): boolean {
  return record.targets.some(({ samples }) => samples.some(({ outcome }) => outcome.ok));
}

function warningLines(record: RunRecord): string {
  const warnings = record.targets.flatMap(target => target.warnings);
  return warnings.map(({ message, advice }) => `warning: ${message}; ${advice}\n`).join('');
}

function whatNext(record: RunRecord, folder: string, { repeat }: Presentation): string {
  const synthetic = record.targets.some(({ info }) => info.model?.weights === 'synthetic');
  const images = repeat.images.some(image => image.startsWith('-')) ? ['--', ...repeat.images] : repeat.images;
  const again = [...repeat.options, ...repeat.out, ...images];
  const commands: [words: string[], what: string][] = [
    synthetic
      ? [['model', 'pull'], 'a trained model, for true labels']
      : repeat.threads > 1
        ? [['local', '--threads', '1', ...again], 'one thread, as a small Lambda has']
        : [['local', '--threads', '1', '--duration', '1m', ...again], 'longer, for narrower intervals'],
    [['report', '--format', 'md', ...repeat.out], 'the tables for a pull request; also csv, json'],
  ];
  const lines = commands.map(
    ([words, what]) => `        ${what}:\n          resnet-bench ${words.map(quoted).join(' ')}\n`,
  );
  return `record  ${shortPath(folder)}\nnext${lines.join('').slice('next'.length)}`;
}

/** As a shell takes it. */
function quoted(argument: string): string {
  return /^[\w./@%+=:,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
