/** The runs in a folder, latest first: what a page lists, and the only names that it opens. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordHead } from '../core/record.ts';
import { RUN_ID, readHead } from './read-run.ts';
import { RECORD_FILE } from './run-folder.ts';

export interface ListedRun {
  readonly id: string;
  /** Its record. */
  readonly file: string;
}

/** None when there is no such folder. */
export async function listRuns(outDir: string): Promise<ListedRun[]> {
  const entries = await readdir(outDir, { withFileTypes: true }).catch(() => []);
  const ids = entries.filter(entry => entry.isDirectory() && RUN_ID.test(entry.name)).map(({ name }) => name);
  return ids
    .sort(new Intl.Collator('en', { numeric: true }).compare)
    .reverse()
    .map(id => ({ id, file: join(outDir, id, RECORD_FILE) }));
}

/** Heads of records, read again only when the file has changed. */
export class RunHeads {
  readonly #known = new Map<string, { readonly stamp: string; readonly head: RecordHead | undefined }>();

  /** Undefined for one that cannot be read. */
  async of({ id, file }: ListedRun): Promise<RecordHead | undefined> {
    const stats = await stat(file).catch(() => undefined);
    if (stats === undefined) return undefined;
    const stamp = `${stats.mtimeMs} ${stats.size}`;
    const known = this.#known.get(id);
    if (known?.stamp === stamp) return known.head;
    const head = await readHead(file).catch(() => undefined);
    this.#known.set(id, { stamp, head });
    return head;
  }
}
