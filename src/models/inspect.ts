/** What a model file is: its hash, what its graph computes in, and whether its weights were ever trained. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { messageOf, SetupError } from '../core/errors.ts';
import { decodeModel, type Model } from './onnx.ts';
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
const CHUNK = 4 * 2 ** 20;

/** Protobuf's own limit. */
const LARGEST = 2 ** 31 - 1;

/** Reads the file once. Throws SetupError when it cannot be read or is no ONNX model, and no other error. */
export async function inspectModel(file: string): Promise<Inspection> {
  const { content, sha256 } = await readAndHash(file);
  const model = parseModel(file, content);
  const synthetic = model.metadataProps.some(
    ({ key, value }) => key === SYNTHETIC_MARK.key && value === SYNTHETIC_MARK.value,
  );
  return {
    sha256,
    bytes: content.length,
    precision: precisionOf(model.graph),
    weights: synthetic ? 'synthetic' : 'trained',
  };
}

async function readAndHash(file: string): Promise<{ content: Buffer; sha256: string }> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const stats = await handle.stat();
    if (!stats.isFile()) throw new SetupError(`${file} is not a file`, HINT);
    if (stats.size > LARGEST) throw notOnnx(file, 'larger than the 2 GB that such a file can be');
    const content = Buffer.allocUnsafeSlow(stats.size);
    const hash = createHash('sha256');
    for (let start = 0, end = 0; ; ) {
      const reading = handle.read(content, end, Math.min(CHUNK, content.length - end), end);
      hash.update(content.subarray(start, end));
      const { bytesRead } = await reading;
      // Zero is the end, also of a file that shrank meanwhile.
      if (bytesRead === 0) return { content: content.subarray(0, end), sha256: hash.digest('hex') };
      start = end;
      end += bytesRead;
    }
  } catch (error) {
    if (error instanceof SetupError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new SetupError(`there is no model ${file}`, HINT, error);
    throw new SetupError(`cannot read the model ${file}: ${messageOf(error)}`, HINT, error);
  } finally {
    await handle?.close();
  }
}

function parseModel(file: string, content: Buffer): Model & { graph: NonNullable<Model['graph']> } {
  if (content.length === 0) throw notOnnx(file, 'empty');
  let model: Model;
  try {
    model = decodeModel(content);
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
