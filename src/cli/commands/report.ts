/** `resnet-bench report`: a run on disk as text. */
import { loadReporter, type ReportFormat } from '../../reports/index.ts';
import { findRecord, readRecord } from '../../runs/read-run.ts';

export async function runReport(
  run: string | undefined,
  options: { readonly format: ReportFormat; readonly out: string },
): Promise<void> {
  const record = await readRecord(findRecord(run, options.out));
  const render = await loadReporter(options.format);
  process.stdout.write(render(record));
}
