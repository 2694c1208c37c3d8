/** The function's folder, `/var/task` in the image, assembled: entry, handler, native libraries of one platform, model. */
import { copyFile, cp, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel, type PrepareOutcome, prepareModel } from '../src/classifier/prepare-model.ts';
import type { ChosenModel } from '../src/runs/choose-model.ts';
import type { Architecture } from './architecture.ts';
import { filesBelow, folderDigest, makeUniform } from './folder-digest.ts';
import { PARTIAL } from './image-folder.ts';
import { installNativePackages, nativePackages } from './native-packages.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUNDLE = join(ROOT, 'dist', 'function');
const RUNTIME = 'node_modules/onnxruntime-node';

export const PARTS = ['model', 'onnxruntime', 'sharp and libvips', 'handler'] as const;

export interface TaskRoot {
  readonly folder: string;
  /** Bytes of all files, by part; their disk blocks take a little more. */
  readonly bytes: Readonly<Record<(typeof PARTS)[number], number>>;
  /** Of names, modes and contents: the same wherever and whenever it is assembled of the same. Hex. */
  readonly sha256: string;
  readonly model: PrepareOutcome;
}

/** Replaces `folder` once the new one is whole. Throws SetupError as `installNativePackages` and `loadModel` do. */
export async function assembleTaskRoot(
  { file, info }: ChosenModel,
  architecture: Architecture,
  folder: string,
  { prepare, signal }: { readonly prepare: boolean; readonly signal: AbortSignal },
): Promise<TaskRoot> {
  // Of its own, so that two at once do not write into one.
  await mkdir(dirname(folder), { recursive: true });
  const place = await mkdtemp(`${folder}${PARTIAL}`);
  const draft = join(place, 'task');
  try {
    await mkdir(draft);
    await copyFile(join(ROOT, 'lambda-image', 'index.mjs'), join(draft, 'index.mjs'));
    await cp(BUNDLE, join(draft, 'handler'), { recursive: true });
    await copyRuntime(architecture, draft);
    const packages = await nativePackages(architecture);
    await installNativePackages(packages, join(draft, 'node_modules'), signal);
    const model = await placeModel({ file, info }, prepare, join(draft, 'model.onnx'));
    await writeFile(join(draft, 'model.json'), `${JSON.stringify(identityOf(info, model))}\n`);
    await makeUniform(draft);
    signal.throwIfAborted();
    const [bytes, sha256] = [await bytesByPart(draft), await folderDigest(draft)];
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
    return { folder, bytes, sha256, model };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** Of onnxruntime-node what the bundle asks for, out of this checkout: its package carries all platforms, 240 MB more. */
async function copyRuntime({ node }: Architecture, draft: string): Promise<void> {
  const libraries = `${RUNTIME}/bin/napi-v6/linux/${node}`;
  for (const path of [
    ...(await filesBelow(join(ROOT, libraries))).map(file => `${libraries}/${file}`),
    `${RUNTIME}/package.json`,
  ]) {
    await mkdir(dirname(join(draft, path)), { recursive: true });
    await copyFile(join(ROOT, path), join(draft, path));
  }
}

/** Prepared, where that can be and is wanted. */
async function placeModel({ file, info }: ChosenModel, prepare: boolean, target: string): Promise<TaskRoot['model']> {
  const model = prepare ? await prepareModel(file, info.precision, target) : { undone: '--no-prepare' };
  if ('undone' in model) {
    await copyFile(file, target);
    await loadModel(target);
  }
  return model;
}

/** What answers call the model. The hash is that of the file that it was made of, and `prepared` says that this is another one. */
function identityOf({ name, sha256 }: ChosenModel['info'], model: TaskRoot['model']) {
  return { name, sha256, ...('how' in model && { prepared: model.how }) };
}

async function bytesByPart(folder: string): Promise<TaskRoot['bytes']> {
  const bytes = Object.fromEntries(PARTS.map(part => [part, 0])) as Record<(typeof PARTS)[number], number>;
  for (const file of await filesBelow(folder)) bytes[partOf(file)] += (await stat(join(folder, file))).size;
  return bytes;
}

function partOf(file: string): (typeof PARTS)[number] {
  if (file.startsWith(RUNTIME)) return 'onnxruntime';
  if (file.startsWith('node_modules/')) return 'sharp and libvips';
  return basename(file).startsWith('model.') ? 'model' : 'handler';
}
