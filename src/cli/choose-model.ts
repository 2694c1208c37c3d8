/** The model of a run, with what the terminal shows while it arrives. */
import type { ModelInfo } from '../core/record.ts';
import { type ModelEvent, resolveModel } from '../models/resolve.ts';
import { inspectVerified } from '../models/verify.ts';
import { startSpinner } from './spinner.ts';

/** Throws UsageError or SetupError as `resolveModel` and `inspectVerified` do. */
export async function chooseModel(
  choice: string | undefined,
  signal: AbortSignal,
): Promise<{ file: string; info: ModelInfo }> {
  const resolved = await withModelProgress(onEvent => resolveModel(choice || undefined, { signal, onEvent }));
  const { sha256, precision, weights } = await inspectVerified(resolved);
  return { file: resolved.file, info: { name: resolved.name, sha256, precision, weights } };
}

/** Shows the events of `work` on stderr. */
export async function withModelProgress<T>(work: (onEvent: (event: ModelEvent) => void) => Promise<T>): Promise<T> {
  const spinner = startSpinner('looking for a model');
  try {
    return await work(event => {
      if (event.kind === 'download') spinner.update(describeDownload(event));
      else spinner.note(`no model here and ${event.reason}\nmaking a synthetic one instead`);
    });
  } finally {
    spinner.stop();
  }
}

function describeDownload({ name, receivedBytes, totalBytes }: ModelEvent & { kind: 'download' }): string {
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
  return totalBytes === undefined
    ? `downloading ${name}: ${mb(receivedBytes)} MB`
    : `downloading ${name}: ${mb(receivedBytes)} of ${mb(totalBytes)} MB (${Math.floor((100 * receivedBytes) / totalBytes)} %)`;
}
