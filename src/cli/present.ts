/** Makes a run and shows it: progress while it goes, the report at its end, and what to do next. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EXIT } from '../core/errors.ts';
import type { RunRecord } from '../core/record.ts';
import { shortPath } from '../reports/facts.ts';
import { renderTable } from '../reports/table.ts';
import { execute, type RunPlan } from '../runs/execute.ts';
import { readRecord } from '../runs/read-run.ts';
import { RECORD_FILE } from '../runs/run-folder.ts';
import { type Limits, LoopProgress } from './progress.ts';
import { startSpinner } from './spinner.ts';

export interface Presentation {
  /** The record on stdout instead of the report. */
  readonly json: boolean;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** Pictures as they were named on the command line, for the commands to try next. */
  readonly imageArguments: readonly string[];
}

/** Returns the exit code: 4 when nothing succeeded. */
export async function present(plan: RunPlan, presentation: Presentation): Promise<number> {
  const folder = await runWithProgress(plan, presentation);
  const file = join(folder, RECORD_FILE);
  if (presentation.json) await copyToStdout(file);
  const record = await readRecord(file);
  if (!presentation.json) process.stdout.write(`${renderTable(record)}\n${whatNext(record, folder, presentation)}`);
  return hasSuccess(record) || record.run.status === 'interrupted' ? EXIT.ok : EXIT.unmet;
}

/** A reader that has seen enough (`| head`) is no error. */
async function copyToStdout(file: string): Promise<void> {
  await pipeline(createReadStream(file), process.stdout, { end: false }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
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

function whatNext(record: RunRecord, folder: string, { imageArguments }: Presentation): string {
  const synthetic = record.targets.some(({ info }) => info.model?.weights === 'synthetic');
  const images = imageArguments.length === 0 ? '' : ` ${imageArguments.map(quoted).join(' ')}`;
  const commands = [
    synthetic
      ? ['resnet-bench model pull', 'a trained model, for true labels']
      : [`resnet-bench local${images} --threads 1`, 'one thread, as a small Lambda has'],
    ['resnet-bench report --format md', 'the tables for a pull request; also csv, json'],
  ] as const;
  const width = Math.max(...commands.map(([command]) => command.length));
  const lines = commands.map(([command, what]) => `${command.padEnd(width)}   ${what}`);
  return `record  ${shortPath(folder)}\nnext    ${lines.join('\n        ')}\n`;
}

/** As a shell takes it. */
function quoted(argument: string): string {
  return /^[\w./@%+=:,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
