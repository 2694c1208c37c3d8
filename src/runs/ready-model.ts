/** The model as the emulated function loads it: prepared as that of the image is, once, and kept beside the models. */
import { execFile } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import type { PrepareOutcome } from '../classifier/prepare-model.ts';
import { ONNXRUNTIME_VERSION } from '../classifier/session.ts';
import { messageOf } from '../core/errors.ts';
import type { TargetModel } from '../core/record.ts';
import { nodeProgram } from '../emulator/node-program.ts';
import { makeFolder } from '../models/make-folder.ts';
import { modelsFolder } from '../models/storage.ts';
import type { ChosenModel } from './choose-model.ts';
import { lives, ownMark } from './living-process.ts';

/** Beside this file: built, or the source. */
const PREPARE_MAIN = fileURLToPath(new URL(`prepare-model-main${extname(import.meta.url)}`, import.meta.url));

/** The runtime's own begin with what matters, and end with names of its source. */
const LONGEST_REASON = 160;

const MODEL = 'model.onnx';
/** Beside the model, where the function looks for what its answers call it. */
const IDENTITY = 'model.json';

export interface ReadyModel {
  readonly file: string;
  readonly info: ChosenModel['info'] & TargetModel;
  /** Why it is the model as it was named. */
  readonly unprepared?: string;
}

interface Identity {
  readonly name: string;
  readonly sha256: string;
  readonly prepared: string;
  /** Size and time of each other file: one that was changed since, by whatever, is not taken. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * The prepared one, or `model` where that cannot be made or kept. In a process of its own: what it takes is no memory of this one, whose own is
 * measured. Throws the signal's reason.
 */
export async function readyModel(model: ChosenModel, signal: AbortSignal): Promise<ReadyModel> {
  const folder = join(modelsFolder(), 'prepared', `${model.info.sha256}-onnxruntime-${ONNXRUNTIME_VERSION}`);
  const kept = await keptIn(folder, model);
  if (kept !== undefined) return kept;
  try {
    await prepare(model, folder, signal);
    return (await keptIn(folder, model)) ?? { ...model, unprepared: `${folder} was changed by somebody` };
  } catch (thrown) {
    signal.throwIfAborted();
    return { ...model, unprepared: messageOf(thrown).split('\n', 1)[0]!.slice(0, LONGEST_REASON) };
  }
}

/** Under its name only when it is whole. */
async function prepare({ file, info }: ChosenModel, folder: string, signal: AbortSignal): Promise<void> {
  await makeFolder(dirname(folder));
  await removeLeftovers(dirname(folder));
  const { pid, start = '' } = ownMark();
  const draft = await mkdtemp(`${folder}.partial-${pid}-${start}-`);
  try {
    const [node = '', ...program] = nodeProgram(PREPARE_MAIN);
    const order = [...program, file, info.precision, join(draft, MODEL)];
    const { stdout } = await promisify(execFile)(node, order, { signal, env: withoutOptions(process.env) });
    const outcome: PrepareOutcome = JSON.parse(stdout);
    if ('undone' in outcome) throw new Error(outcome.undone);
    const identity: Identity = {
      ...{ name: info.name, sha256: info.sha256, prepared: outcome.how },
      files: await filesIn(draft),
    };
    await writeFile(join(draft, IDENTITY), `${JSON.stringify(identity)}\n`);
    for (const name of await readdir(draft)) await toDisk(join(draft, name));
    try {
      await rename(draft, folder);
    } catch {
      // Somebody else's, made meanwhile, is as good; what is there and not whole is in the way.
      if ((await keptIn(folder, { file, info })) !== undefined) return;
      await rm(folder, { recursive: true, force: true });
      await rename(draft, folder);
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Far more than it takes: of another container a process is not seen to live. */
const LONGEST_MS = 60_000;

/** A hundred MB each, of processes that were killed at it. One that cannot be removed is none of ours. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [draft, pid, start] = /\.partial-(\d+)-(\d*)-/.exec(name) ?? [];
    if (draft === undefined || lives({ pid: Number(pid), start: start || undefined })) continue;
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > LONGEST_MS) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** Before it has its name: a power cut must not leave a file of zeros under it. */
async function toDisk(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What somebody's NODE_OPTIONS print would be no answer. */
function withoutOptions({ NODE_OPTIONS: _, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env;
}

/** Undefined when it is not there, or not as it was written. */
async function keptIn(folder: string, { info }: ChosenModel): Promise<ReadyModel | undefined> {
  try {
    const identity: Identity = JSON.parse(await readFile(join(folder, IDENTITY), 'utf8'));
    if (identity.sha256 !== info.sha256 || !isDeepStrictEqual(identity.files, await filesIn(folder))) return undefined;
    return { file: join(folder, MODEL), info: { ...info, prepared: identity.prepared } };
  } catch {
    return undefined;
  }
}

async function filesIn(folder: string): Promise<Identity['files']> {
  const names = (await readdir(folder)).filter(name => name !== IDENTITY).sort();
  const told = names.map(async name => {
    const { size, mtimeMs } = await stat(join(folder, name));
    return [name, `${size} bytes at ${mtimeMs}`] as const;
  });
  return Object.fromEntries(await Promise.all(told));
}
