/** `resnet-bench model`: list, pull, make and info. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSession } from '../../classifier/session.ts';
import { printable } from '../../core/printable.ts';
import { catalogue, DEFAULT_MODEL } from '../../models/catalogue.ts';
import { pullModel } from '../../models/pull.ts';
import { onnxFilesIn, resolveModel } from '../../models/resolve.ts';
import { modelsFolder } from '../../models/storage.ts';
import { layout } from '../../reports/layout.ts';
import { chooseModel } from '../../runs/choose-model.ts';
import { withModelProgress } from '../model-progress.ts';
import { shortPath } from '../short-path.ts';

export async function listModels(): Promise<void> {
  const folder = modelsFolder();
  const known = catalogue().map(({ name, file, precision, bytes, licence }) => [
    name === DEFAULT_MODEL ? `${name} (default)` : name,
    precision,
    bytes === undefined ? 'size unknown' : `${(bytes / 1e6).toFixed(1)} MB`,
    licence ?? 'licence unknown',
    existsSync(join(folder, file)) ? 'here' : '',
  ]);
  const files = await onnxFilesIn(folder);
  const others = files.filter(file => !catalogue().some(entry => entry.file === file));
  const rows = [...known, ...others.map(file => [file, '', '', '', 'here'])];
  process.stdout.write(printable(`${layout(rows, 'left')}\n\nmodels folder  ${shortPath(folder)}\n`));
}

export async function pull(name: string | undefined, force: boolean, signal: AbortSignal): Promise<void> {
  const pulled = await withModelProgress(onEvent => pullModel(name, { force, signal, onEvent }));
  const what = pulled.downloaded ? 'downloaded, and its SHA-256 is right' : 'already here, and its SHA-256 is right';
  process.stdout.write(printable(`${pulled.name}: ${what}\n${shortPath(pulled.file)}\n`));
}

export async function make(signal: AbortSignal): Promise<void> {
  const { name, file } = await resolveModel('synthetic', { signal });
  process.stdout.write(printable(`${name}: times are real, LABELS ARE NOT\n${shortPath(file)}\n`));
}

export async function info(choice: string | undefined, signal: AbortSignal): Promise<void> {
  const { file, info } = await withModelProgress(onEvent => chooseModel(choice, { signal, onEvent }));
  const session = await createSession(file, 1);
  await session.release();
  const rows = Object.entries({ ...info, file: shortPath(file), 'can be measured': 'yes' }).map(([key, value]) => [
    key,
    value,
  ]);
  process.stdout.write(printable(`${layout(rows, 'left')}\n`));
}
