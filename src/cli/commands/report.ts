/** `resnet-bench report`: a run on disk as text. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EXIT, messageOf, SetupError, UsageError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { RunRecord, Sample, Target } from '../../core/record.ts';
import type { TargetName } from '../../core/target-name.ts';
import type { Traffic } from '../../core/traffic.ts';
import { gatesOf } from '../../reports/gates.ts';
import { loadReporter, type ReportFormat } from '../../reports/index.ts';
import { renderMarkdown } from '../../reports/markdown.ts';
import type { ReportOptions } from '../../reports/report-options.ts';
import { renderCall } from '../../reports/waterfall.ts';
import { findRecord, readRecord } from '../../runs/read-run.ts';
import { appendSummary, type JudgingOptions, judgingOf, tellGates } from '../judging.ts';
import { shortPath } from '../short-path.ts';
import { copyToStdout, writeToStdout } from '../stdout.ts';

export interface ReportCommandOptions extends JudgingOptions {
  readonly format: ReportFormat | 'all';
  /** A file; a folder of --format all. */
  readonly to?: string;
  readonly traffic?: Traffic;
  readonly out: string;
  /** Number of a single call. */
  readonly call?: number;
  readonly target?: TargetName;
}

/** Returns the exit code. */
export async function runReport(run: string | undefined, options: ReportCommandOptions): Promise<number> {
  refuseWithoutEffect(options);
  const { format, to, traffic } = options;
  const { thresholds, terms, summaryFile } = judgingOf(options);
  const file = findRecord(run, options.out);
  const record = await readRecord(file);
  if (options.call !== undefined) {
    const { target, sample } = callOf(record, options.call, options.target);
    await writeToStdout([renderCall(record, target, sample, process.stdout.columns ?? COLUMNS)]);
    return EXIT.ok;
  }
  const shown = { terms, traffic, gates: gatesOf(record, thresholds, terms) };
  const folder = dirname(file);
  if (format === 'all') {
    for (const [name, one] of FILES) await writeReport(join(to ?? folder, name), await rendered(record, one, shown));
  } else if (to !== undefined || format === 'html') {
    await writeReport(to ?? join(folder, 'report.html'), await rendered(record, format, shown));
  } else if (format === 'json' && record.run.status !== 'running') {
    // The file itself, with what a newer version may have added to it.
    await copyToStdout(file);
  } else {
    await writeToStdout(await rendered(record, format, shown));
  }
  appendSummary(summaryFile, renderMarkdown(record, shown));
  return tellGates(shown.gates, format === 'table' && to === undefined ? process.stdout : process.stderr);
}

const FILES = [
  ['report.html', 'html'],
  ['report.md', 'md'],
  ['samples.csv', 'csv'],
] as const;

async function rendered(record: RunRecord, format: ReportFormat, options: ReportOptions): Promise<Iterable<string>> {
  const text = (await loadReporter(format))(record, options);
  return typeof text === 'string' ? [text] : text;
}

/** Whole or not at all, and says where. Throws SetupError. */
export async function writeReport(file: string, pieces: Iterable<string>): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  try {
    // One folder: a path with several that are missing is more likely a mistake.
    if (!existsSync(dirname(file))) await mkdir(dirname(file));
    await writeFile(part, pieces);
    await rename(part, file);
  } catch (thrown) {
    await rm(part, { force: true }).catch(() => {});
    throw new SetupError(`${file} cannot be written: ${messageOf(thrown)}`, 'name another place: --to', thrown);
  }
  await writeToStdout([printable(`${shortPath(file)}\n`)]);
}

/** Of a pipe, which has none of its own. */
const COLUMNS = 100;

function refuseWithoutEffect({ call, target, format, to, threshold, traffic }: ReportCommandOptions): void {
  if (call !== undefined && (to ?? threshold ?? traffic) !== undefined) {
    throw new UsageError(
      '--call shows one call, and takes no --to, --threshold or --traffic',
      'leave one of the two out',
    );
  }
  if (call === undefined && target !== undefined) {
    throw new UsageError('--target is for --call', 'name a call, or leave it out');
  }
  if (call !== undefined && format !== 'table') {
    throw new UsageError(`--call is shown as text, not as ${format}`, 'leave one of the two out');
  }
}

function callOf(record: RunRecord, seq: number, name: TargetName | undefined): { target: Target; sample: Sample } {
  const { id } = record.run;
  const named = (wanted: string) => record.targets.find(target => target.name === wanted);
  const target = name === undefined ? (named('lambda') ?? record.targets[0]) : named(name);
  if (target === undefined) {
    const names = record.targets.map(target => target.name).join(', ');
    throw new UsageError(`${id} did not measure ${name}`, `it measured ${names}`);
  }
  const sample = target.samples.find(sample => sample.seq === seq);
  if (sample !== undefined) return { target, sample };
  const last = target.samples.reduce((most, { seq }) => Math.max(most, seq), -1);
  throw new UsageError(
    `${id} has no call ${seq} of ${target.name}`,
    last < 0 ? 'it has none at all' : `the last one is ${last}`,
  );
}
