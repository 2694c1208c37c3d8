/** What a model file is: its hash, what its graph computes in, and whether its weights were ever trained. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, SetupError } from '../core/errors.ts';
import { type Graph, type Model, skimModel } from './onnx.ts';
import { precisionOf } from './precision.ts';
import { SYNTHETIC_MARK } from './synthetic.ts';

export interface Inspection {
  /** Hex. */
  readonly sha256: string;
  readonly bytes: number;
  /** As in the record: `float32`, `float16`, `int8 (QDQ)`, `int8`, `int8 (dynamic)`. */
  readonly precision: string;
  readonly weights: 'trained' | 'synthetic';
}

const HINT = 'resnet-bench model list shows the models there are, resnet-bench model pull fetches one';

/** Bytes read at a time: the next are on their way while these are hashed. */
const CHUNK = 2 ** 20;

/** Protobuf's own limit. */
const LARGEST = 2 ** 31 - 1;

/**
 * Reads the file without ever holding it: a run that is about to measure its memory must not have had the model in it
 * already. Throws SetupError when it cannot be read, is no ONNX model or keeps weights in another file, and no other error.
 */
export async function inspectModel(file: string): Promise<Inspection> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const stats = await handle.stat();
    if (!stats.isFile()) throw new SetupError(`${file} is not a file`, HINT);
    if (stats.size > LARGEST) throw notOnnx(file, 'larger than the 2 GB that such a file can be');
    const sha256 = await hashOf(handle);
    const model = skim(file, handle.fd, stats.size);
    refuseWeightsApart(file, model.graph);
    const synthetic = model.metadataProps.some(
      ({ key, value }) => key === SYNTHETIC_MARK.key && value === SYNTHETIC_MARK.value,
    );
    const weights = synthetic ? 'synthetic' : 'trained';
    return { sha256, bytes: stats.size, precision: precisionOf(model.graph), weights };
  } catch (error) {
    if (error instanceof SetupError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new SetupError(`there is no model ${file}`, HINT, error);
    throw new SetupError(`cannot read the model ${file}: ${messageOf(error)}`, HINT, error);
  } finally {
    await handle?.close();
  }
}

/** The hash of one file would say nothing of the other, and two models with unlike weights would pass for the same. */
function refuseWeightsApart(file: string, { node, initializer }: Graph): void {
  const constants = node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => (t === undefined ? [] : [t])));
  const entries = [...initializer, ...constants].flatMap(({ externalData = [] }) => externalData);
  if (entries.length === 0) return;
  const apart = entries.find(({ key }) => key === 'location')?.value ?? 'another file';
  throw new SetupError(
    `${file} keeps weights in ${apart}, which its SHA-256 does not cover`,
    `make it one file: python -c "import onnx; onnx.save(onnx.load('${basename(file)}'), 'whole.onnx')"`,
  );
}

async function hashOf(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  let [hashing, reading] = [Buffer.allocUnsafeSlow(CHUNK), Buffer.allocUnsafeSlow(CHUNK)];
  for (let at = 0, ready = 0; ; ) {
    const next = handle.read(reading, 0, CHUNK, at);
    hash.update(hashing.subarray(0, ready));
    const { bytesRead } = await next;
    // Zero is the end, also of a file that shrank meanwhile.
    if (bytesRead === 0) return hash.digest('hex');
    at += bytesRead;
    ready = bytesRead;
    [hashing, reading] = [reading, hashing];
  }
}

/** The model without its weights. */
function skim(file: string, descriptor: number, size: number): Model & { graph: NonNullable<Model['graph']> } {
  if (size === 0) throw notOnnx(file, 'empty');
  let model: Model;
  try {
    model = skimModel(descriptor, size);
  } catch (error) {
    throw notOnnx(file, 'truncated, or something else', error);
  }
  // A file cut at the edge of a field decodes; so does, now and then, one that is not ONNX at all.
  const { graph, opsetImport } = model;
  if (graph === undefined || graph.node.length === 0 || opsetImport.length === 0)
    throw notOnnx(file, 'it has no graph');
  return { ...model, graph };
}

function notOnnx(file: string, why: string, cause?: unknown): SetupError {
  return new SetupError(`${file} is not an ONNX model (${why})`, HINT, cause);
}
