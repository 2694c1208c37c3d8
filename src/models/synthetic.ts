/** Writes a ResNet-50 with seeded weights: real times, meaningless labels, for when no trained model can be had. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, SetupError } from '../core/errors.ts';
import { makeFolder } from './make-folder.ts';
import { DATA_TYPE, encodeLargeModel, type Model, type TensorSource } from './onnx.ts';
import { type Parameter, resnet50, type Variant } from './resnet50-graph.ts';
import { seededWeights } from './seeded-weights.ts';

/** The entry in a file's `metadata_props` that tells its weights were never trained. */
export const SYNTHETIC_MARK = { key: 'weights', value: 'synthetic' };

/** IR 7 and opset 13 belong together (ONNX 1.8) and are read by every runtime since. */
const IR_VERSION = 7;
const OPSET = 13;
const SEED = 50;

export interface SyntheticOptions {
  readonly signal?: AbortSignal;
  /** v1.5 unless told otherwise; v1 has about 6 % less to compute. */
  readonly variant?: Variant;
}

/**
 * Writes about 102 MB to `file`, the same bytes each time; the folder is made when it is missing. The file appears under its name
 * only when it is whole: safe against a kill, and against a second writer. Throws SetupError, or the signal's reason.
 */
export async function writeSyntheticModel(file: string, options: SyntheticOptions = {}): Promise<void> {
  const { signal, variant = 'v1.5' } = options;
  signal?.throwIfAborted();
  const partial = `${file}.${randomUUID()}.partial`;
  try {
    await makeFolder(dirname(file));
    await writePieces(partial, syntheticModel(variant), signal);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {});
    signal?.throwIfAborted();
    throw new SetupError(
      `cannot write ${file}: ${messageOf(error)}`,
      'it takes 102 MB in a folder that can be written; or name a model that is there: --model FILE',
      error,
    );
  }
}

async function writePieces(file: string, pieces: Iterable<Uint8Array>, signal: AbortSignal | undefined): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    for (const piece of pieces) {
      signal?.throwIfAborted();
      await handle.writeFile(piece);
    }
    signal?.throwIfAborted();
  } finally {
    await handle.close();
  }
}

function syntheticModel(variant: Variant): Generator<Uint8Array> {
  const { graph, parameters } = resnet50(variant);
  const model: Model = {
    irVersion: IR_VERSION,
    producerName: 'resnet-bench',
    opsetImport: [{ version: OPSET }],
    metadataProps: [
      SYNTHETIC_MARK,
      { key: 'seed', value: String(SEED) },
      { key: 'architecture', value: `resnet50-${variant}` },
    ],
  };
  return encodeLargeModel({ ...model, graph }, weightsOf(parameters));
}

/** The parameters' values, all made in one array that is as long as the longest of them. */
function weightsOf(parameters: readonly Parameter[]): TensorSource[] {
  const fill = seededWeights(SEED);
  const sizes = parameters.map(({ dims }) => dims.reduce((product, size) => product * size, 1));
  const scratch = new Float32Array(Math.max(...sizes));
  return parameters.map((parameter, at) => {
    const values = scratch.subarray(0, sizes[at]);
    return {
      name: parameter.name,
      dims: parameter.dims,
      dataType: DATA_TYPE.float32,
      byteLength: values.byteLength,
      data() {
        fill(values, parameter);
        // The machine's own byte order: little-endian, as ONNX asks, wherever onnxruntime-node runs.
        return new Uint8Array(values.buffer, 0, values.byteLength);
      },
    };
  });
}
