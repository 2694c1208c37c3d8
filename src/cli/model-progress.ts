/** What the terminal shows while a model arrives. */
import type { ModelEvent } from '../models/resolve.ts';
import { startSpinner } from './spinner.ts';

/** Shows the events of `work` on stderr. */
export async function withModelProgress<T>(work: (onEvent: (event: ModelEvent) => void) => Promise<T>): Promise<T> {
  const spinner = startSpinner('looking for a model');
  try {
    return await work(event => {
      if (event.kind === 'download') spinner.update(describeDownload(event));
      else spinner.note(`no model here, and none to be had: making a synthetic one (${event.reason})`);
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
