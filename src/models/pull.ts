/** `resnet-bench model pull`: a model of the catalogue, there and right. */
import { existsSync } from 'node:fs';
import { UsageError } from '../core/errors.ts';
import { catalogueEntry, DEFAULT_MODEL } from './catalogue.ts';
import { downloadEntry, fromCatalogue, type ModelOptions } from './resolve.ts';
import { modelsFolder } from './storage.ts';
import { inspectVerified } from './verify.ts';

export interface PullOptions extends ModelOptions {
  /** Downloads the model even when it is there, in place of what is there. */
  readonly force?: boolean;
}

export interface PulledModel {
  readonly file: string;
  readonly name: string;
  /** False: it was there already, and its checksum is right. */
  readonly downloaded: boolean;
}

/** The default model unless named. Throws UsageError for an unknown name; SetupError when it cannot be had or a wrong file is there. */
export async function pullModel(name: string | undefined, options: PullOptions): Promise<PulledModel> {
  if (name === 'synthetic') throw new UsageError('the synthetic model is not downloaded', 'resnet-bench model make');
  const entry = catalogueEntry(name ?? DEFAULT_MODEL);
  const folder = options.modelsDir ?? modelsFolder();
  const there = fromCatalogue(entry, folder, 'models folder');
  const downloaded = options.force === true || !existsSync(there.file);
  if (downloaded) await downloadEntry(entry, folder, options);
  else await inspectVerified(there);
  return { file: there.file, name: entry.name, downloaded };
}
