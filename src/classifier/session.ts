/** A ResNet-50 in onnxruntime: created from a file, checked, run. The one file that imports onnxruntime-node. */
import './no-telemetry.ts';
import { basename } from 'node:path';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf, QueryError, SetupError } from '../core/errors.ts';
import { hasQuota } from './automatic-threads.ts';

/** Version of onnxruntime, for the record. */
export const ONNXRUNTIME_VERSION: string = env.versions.node ?? env.versions.common;

const CLASSES = 1000;
const INPUT_SHAPE = [1, 3, 224, 224];
const FATAL_ONLY = 4;

export interface Session {
  /** 150,528 normalised values in, 1,000 logits (or probabilities) out. Throws QueryError when the runtime fails. */
  run(input: Float32Array<ArrayBuffer>): Promise<Float32Array>;
  /** Frees the runtime's memory; the session cannot be used afterwards. */
  release(): Promise<void>;
}

/**
 * Reads the model and creates its session with `threads` threads; `memoryMb` is that of a Lambda function. Throws SetupError when the file is
 * no ResNet-50 that fits.
 */
export async function createSession(modelFile: string, threads: number, memoryMb?: number): Promise<Session> {
  const name = basename(modelFile);
  const session = await load(modelFile, name, threads, threads > 1 && hasQuota(memoryMb));
  const problem = misfit(session);
  if (problem !== undefined) {
    await session.release();
    throw new SetupError(
      `${name} is not an ImageNet ResNet-50 as this program drives it: ${problem}`,
      'it takes one float32 input [N, 3, 224, 224] and gives one float32 output [N, 1000]: resnet-bench model list',
    );
  }
  const inputName = session.inputNames[0]!;
  const outputName = session.outputNames[0]!;
  return {
    async run(input) {
      try {
        const results = await session.run({ [inputName]: new Tensor('float32', input, INPUT_SHAPE) });
        return results[outputName]!.data as Float32Array;
      } catch (thrown) {
        throw new QueryError('inference', `onnxruntime: ${messageOf(thrown)}`, { cause: thrown });
      }
    },
    release: () => session.release(),
  };
}

async function load(modelFile: string, name: string, threads: number, quota: boolean): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(modelFile, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      // Threads that spin until there is work use up a quota: at 1.7 CPU an inference in int8 took three times as long.
      ...(quota && { extra: { session: { intra_op: { allow_spinning: '0' } } } }),
      // The runtime's own lines would mix with the report; what it cannot do it throws.
      logSeverityLevel: FATAL_ONLY,
    });
  } catch (thrown) {
    throw new SetupError(`onnxruntime cannot load ${name}: ${messageOf(thrown)}`, 'resnet-bench model list', thrown);
  }
}

/** What does not fit, or undefined. */
function misfit(session: InferenceSession): string | undefined {
  const { inputMetadata: inputs, outputMetadata: outputs } = session;
  const [input] = inputs;
  const [output] = outputs;
  if (inputs.length !== 1) return `it has ${inputs.length} inputs`;
  if (outputs.length !== 1) return `it has ${outputs.length} outputs`;
  if (!input?.isTensor || !output?.isTensor) return 'its input or output is no tensor';
  const inputFits = input.type === 'float32' && fits(input.shape, INPUT_SHAPE);
  if (!inputFits) return `its input ${input.name} is ${input.type} ${shapeText(input.shape)}`;
  const outputFits = output.type === 'float32' && output.shape.length === 2 && output.shape[1] === CLASSES;
  if (!outputFits) return `its output ${output.name} is ${output.type} ${shapeText(output.shape)}`;
  return undefined;
}

/** Every side as it should be, or left open by a name or a negative number. */
function fits(shape: readonly (number | string)[], wanted: readonly number[]): boolean {
  return (
    shape.length === wanted.length &&
    shape.every((side, i) => typeof side === 'string' || side < 0 || side === wanted[i])
  );
}

function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.map(side => (side === '' || side === -1 ? '?' : side)).join(', ')}]`;
}
