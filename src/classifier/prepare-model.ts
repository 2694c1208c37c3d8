/**
 * The model as the function loads it fastest: constants folded and operators fused beforehand, and the weights in a file
 * beside the graph, which the runtime maps into memory where it would have parsed and copied them.
 */
import './no-telemetry.ts';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf, SetupError } from '../core/errors.ts';
import { seededRandom } from '../core/random.ts';

/**
 * What each kind gains from, and nothing that hangs on a processor: `all` would lay out weights for the instruction set of
 * this machine, and another one would compute nonsense of them. For float32 fusing ahead gains nothing.
 */
const LEVELS = { float32: 'basic', int8: 'extended' } as const;

/** Greatest difference of any output, relative to the largest, that counts as the same. */
const TOLERANCE = 1e-5;
const TRIALS = 3;

/** Smaller weights stay in the graph, bytes. */
const LEAST_APART = '1024';

const INPUT_SHAPE = [1, 3, 224, 224];

export interface Prepared {
  /** How, for whoever reads an answer. */
  readonly how: string;
  /** Greatest relative difference of an output that was seen. */
  readonly difference: number;
}

export type PrepareOutcome = Prepared | { readonly undone: string };

/**
 * Writes `target` (and the weights beside it) from `source`; `undone` says why the model is to be taken as it is. Loads both
 * on this machine, whose outputs must agree on random inputs.
 */
export async function prepareModel(source: string, precision: string, target: string): Promise<PrepareOutcome> {
  const level = precision.startsWith('int8') ? LEVELS.int8 : LEVELS.float32;
  const weights = `${basename(target, '.onnx')}.weights`;
  try {
    const writing = await InferenceSession.create(source, {
      ...{ graphOptimizationLevel: level, optimizedModelFilePath: target, logSeverityLevel: 4 },
      extra: {
        session: {
          optimized_model_external_initializers_file_name: weights,
          optimized_model_external_initializers_min_size_in_bytes: LEAST_APART,
        },
      },
    });
    await writing.release();
    const difference = await greatestDifference(source, target);
    if (difference <= TOLERANCE) {
      return { how: `onnxruntime ${env.versions.node}, ${level}, weights apart`, difference };
    }
    await removeAll([target, join(dirname(target), weights)]);
    return { undone: `its answers would differ by ${difference}` };
  } catch (thrown) {
    await removeAll([target, join(dirname(target), weights)]);
    return { undone: messageOf(thrown) };
  }
}

/** Once, on this machine, as the function will. Throws SetupError when it does not load. */
export async function loadModel(file: string): Promise<void> {
  try {
    const session = await InferenceSession.create(file, { logSeverityLevel: 4 });
    await session.release();
  } catch (thrown) {
    throw new SetupError(
      `the function could not load its model: ${messageOf(thrown)}`,
      '--model names another',
      thrown,
    );
  }
}

async function greatestDifference(one: string, other: string): Promise<number> {
  const inputs = randomInputs();
  const [expected, found] = [await outputsOf(one, inputs), await outputsOf(other, inputs)];
  const differences = expected.flatMap((output, i) => {
    const largest = output.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return Array.from(output, (value, at) => Math.abs(value - found[i]![at]!) / (largest || 1));
  });
  // A value that is no number, or not there, differs from all.
  return differences.reduce((most, value) => (Number.isNaN(most) || value <= most ? most : value), 0);
}

async function outputsOf(file: string, inputs: readonly Float32Array[]): Promise<Float32Array[]> {
  const session = await InferenceSession.create(file, { graphOptimizationLevel: 'all', logSeverityLevel: 4 });
  try {
    const outputs: Float32Array[] = [];
    for (const input of inputs) {
      const results = await session.run({ [session.inputNames[0]!]: new Tensor('float32', input, INPUT_SHAPE) });
      outputs.push(Float32Array.from(results[session.outputNames[0]!]!.data as Float32Array));
    }
    return outputs;
  } finally {
    await session.release();
  }
}

/** In the range of normalised pixels, the same each time. */
function randomInputs(): Float32Array[] {
  const random = seededRandom(1);
  const length = INPUT_SHAPE.reduce((product, side) => product * side);
  return Array.from({ length: TRIALS }, () => Float32Array.from({ length }, () => random() * 4.7 - 2.1));
}

async function removeAll(files: readonly string[]): Promise<void> {
  for (const file of files) await rm(file, { force: true });
}
