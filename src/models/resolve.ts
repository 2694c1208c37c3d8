/** Which model file a run uses: the one asked for, else the best one there, else a download, else a synthetic one. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { messageOf, SetupError, UsageError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import { type CatalogueEntry, catalogue, catalogueEntry, DEFAULT_MODEL, findInCatalogue } from './catalogue.ts';
import { downloadModel, UnreachableError } from './download.ts';
import { modelsFolder } from './storage.ts';
import { writeSyntheticModel } from './synthetic.ts';

/** Marks every file of seeded weights that this program writes into the models folder. */
const SYNTHETIC_NAME = 'resnet50-synthetic';

export interface ResolvedModel {
  readonly file: string;
  /** For people and for the record: the catalogue's name, else the file's without its ending. */
  readonly name: string;
  readonly origin: 'path' | 'models folder' | 'download' | 'synthetic';
  /** Hex; only for a model of the catalogue. Whoever reads the file holds it to this: see verify.ts. */
  readonly expectedSha256?: string;
}

/** What a terminal can show while a model is on its way. */
export type ModelEvent =
  | { readonly kind: 'download'; readonly name: string; readonly receivedBytes: number; readonly totalBytes?: number }
  /** No mirror could be reached; `reason` says which were tried. A synthetic model is being written instead. */
  | { readonly kind: 'no-network'; readonly reason: string };

export interface ModelOptions {
  /** Ends a download (what has arrived is kept) or the writing of a synthetic model, with its reason. */
  readonly signal: AbortSignal;
  /** `modelsFolder()` unless given. */
  readonly modelsDir?: string;
  readonly onEvent?: (event: ModelEvent) => void;
}

/**
 * `choice` is a path, a name of the catalogue or `synthetic`. Throws UsageError when it is none of them; SetupError when a
 * download brought wrong bytes or the disk refused; UnreachableError when a model asked for by name cannot be had.
 */
export async function resolveModel(choice: string | undefined, options: ModelOptions): Promise<ResolvedModel> {
  const folder = options.modelsDir ?? modelsFolder();
  const here = await modelHere(choice, folder);
  if (here !== undefined) return here;
  if (choice === undefined) return defaultOrSynthetic(folder, options);
  if (isSynthetic(choice)) return synthetic(folder, options);
  return downloadEntry(catalogueEntry(choice), folder, options);
}

/** What `resolveModel` finds before it downloads or writes anything; undefined when it would have to. Throws UsageError, SetupError. */
export async function modelHere(
  choice: string | undefined,
  folder = modelsFolder(),
): Promise<ResolvedModel | undefined> {
  if (choice === undefined) return bestIn(folder);
  if (isWrittenAsPath(choice)) return modelAt(choice);
  if (isSynthetic(choice)) {
    const file = syntheticFile(folder);
    return (await isFile(file)) ? { file, name: SYNTHETIC_NAME, origin: 'synthetic' } : undefined;
  }
  if (findInCatalogue(choice) === undefined && (await isFile(choice))) return modelAt(choice);
  const entry = catalogueEntry(choice);
  return (await isFile(join(folder, entry.file))) ? fromCatalogue(entry, folder, 'models folder') : undefined;
}

function isSynthetic(choice: string): boolean {
  return choice === 'synthetic' || choice === SYNTHETIC_NAME;
}

function syntheticFile(folder: string): string {
  return join(folder, `${SYNTHETIC_NAME}.onnx`);
}

/** Downloads a model of the catalogue into the folder, in place of one that is there. Throws like `resolveModel`. */
export async function downloadEntry(
  entry: CatalogueEntry,
  folder: string,
  { signal, onEvent }: ModelOptions,
): Promise<ResolvedModel> {
  const { name, sha256, bytes } = entry;
  const file = join(folder, entry.file);
  await downloadModel({
    urls: mirrorsOf(entry, process.env.RESNET_BENCH_MIRROR),
    sha256,
    bytes,
    file,
    signal,
    onProgress: (receivedBytes, totalBytes) =>
      onEvent?.({ kind: 'download', name, receivedBytes, ...(totalBytes === undefined ? {} : { totalBytes }) }),
  });
  return fromCatalogue(entry, folder, 'download');
}

/** The catalogue's mirrors, or the team's own in place of them all. */
function mirrorsOf({ file, urls }: CatalogueEntry, ownMirror: string | undefined): readonly string[] {
  if (!ownMirror) return urls;
  if (!/^https?:\/\//.test(ownMirror) || !URL.canParse(ownMirror))
    throw new UsageError(
      'RESNET_BENCH_MIRROR is not an http or https address',
      'RESNET_BENCH_MIRROR=https://HOST/FOLDER',
    );
  const url = new URL(ownMirror);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${file}`;
  return [url.href];
}

/** A model of the catalogue in that folder, there or about to be. */
export function fromCatalogue(
  { file, name, sha256 }: CatalogueEntry,
  folder: string,
  origin: ResolvedModel['origin'],
): ResolvedModel {
  return { file: join(folder, file), name, origin, expectedSha256: sha256 };
}

async function modelAt(path: string): Promise<ResolvedModel> {
  if (await isFile(path)) return { file: path, name: parse(path).name, origin: 'path' };
  if (existsSync(path))
    throw new UsageError(`${path} is not a file`, 'name the .onnx file itself, or: resnet-bench model list');
  const siblings = (await onnxFilesIn(dirname(path)).catch(() => [])).map(name => join(dirname(path), name));
  const names = catalogue().map(({ name }) => name);
  const meant = nearest(path, siblings) ?? nearest(parse(path).name, names);
  throw new UsageError(`no such file: ${path}`, meant ? `did you mean ${meant}?` : 'resnet-bench model list');
}

/** The default, then the catalogue in its order, then other files by name, seeded weights last. */
async function bestIn(folder: string): Promise<ResolvedModel | undefined> {
  const files = await onnxFilesIn(folder);
  const known = [catalogueEntry(DEFAULT_MODEL), ...catalogue()].find(({ file }) => files.includes(file));
  if (known !== undefined) return fromCatalogue(known, folder, 'models folder');
  const file = files.find(name => !name.startsWith(SYNTHETIC_NAME)) ?? files[0];
  if (file === undefined) return undefined;
  const origin = file.startsWith(SYNTHETIC_NAME) ? 'synthetic' : 'models folder';
  return { file: join(folder, file), name: parse(file).name, origin };
}

async function defaultOrSynthetic(folder: string, options: ModelOptions): Promise<ResolvedModel> {
  try {
    return await downloadEntry(catalogueEntry(DEFAULT_MODEL), folder, options);
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    options.onEvent?.({ kind: 'no-network', reason: error.message });
    return await synthetic(folder, options);
  }
}

async function synthetic(folder: string, { signal }: ModelOptions): Promise<ResolvedModel> {
  const file = syntheticFile(folder);
  if (!(await isFile(file))) await writeSyntheticModel(file, { signal });
  return { file, name: SYNTHETIC_NAME, origin: 'synthetic' };
}

function isWrittenAsPath(choice: string): boolean {
  return /[\\/]|\.(onnx|ort)$/i.test(choice);
}

/** Names in the order of their code units, the same on every machine; none when there is no such folder yet. */
export async function onnxFilesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter(entry => !entry.isDirectory()).map(({ name }) => name);
    return names.filter(name => name.endsWith('.onnx')).sort();
  } catch (error) {
    if (!existsSync(folder)) return [];
    const hint = 'RESNET_BENCH_MODELS_DIR names another folder';
    throw new SetupError(`cannot read the models folder ${folder}: ${messageOf(error)}`, hint, error);
  }
}

/** Links are followed. */
async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ?? false;
}
