/** `resnet-bench report`: a run on disk as text. */
import { loadReporter, type ReportFormat } from '../../reports/index.ts';
import { findRecord, readRecord } from '../../runs/read-run.ts';
import { copyToStdout, writeToStdout } from '../stdout.ts';

export interface ReportOptions {
  readonly format: ReportFormat;
  readonly out: string;
}

export async function runReport(run: string | undefined, options: ReportOptions): Promise<void> {
  const file = findRecord(run, options.out);
  const record = await readRecord(file);
  // The file itself, with what a newer version may have added to it.
  if (options.format === 'json' && record.run.status !== 'running') return copyToStdout(file);
  const render = await loadReporter(options.format);
  const text = render(record);
  await writeToStdout(typeof text === 'string' ? [text] : text);
}
