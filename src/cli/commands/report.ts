/** `resnet-bench report`: a run on disk as text. */
import { UsageError } from '../../core/errors.ts';
import type { RunRecord, Sample, Target } from '../../core/record.ts';
import type { TargetName } from '../../core/target-name.ts';
import { loadReporter, type ReportFormat } from '../../reports/index.ts';
import { renderCall } from '../../reports/waterfall.ts';
import { findRecord, readRecord } from '../../runs/read-run.ts';
import { copyToStdout, writeToStdout } from '../stdout.ts';

export interface ReportOptions {
  readonly format: ReportFormat;
  readonly out: string;
  /** Number of a single call. */
  readonly call?: number;
  readonly target?: TargetName;
}

export async function runReport(run: string | undefined, options: ReportOptions): Promise<void> {
  refuseWithoutEffect(options);
  const file = findRecord(run, options.out);
  const record = await readRecord(file);
  if (options.call !== undefined) {
    const { target, sample } = callOf(record, options.call, options.target);
    return writeToStdout([renderCall(record, target, sample, process.stdout.columns ?? COLUMNS)]);
  }
  // The file itself, with what a newer version may have added to it.
  if (options.format === 'json' && record.run.status !== 'running') return copyToStdout(file);
  const render = await loadReporter(options.format);
  const text = render(record);
  await writeToStdout(typeof text === 'string' ? [text] : text);
}

/** Of a pipe, which has none of its own. */
const COLUMNS = 100;

function refuseWithoutEffect({ call, target, format }: ReportOptions): void {
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
