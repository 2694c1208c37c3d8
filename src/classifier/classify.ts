/** The classifier: encoded picture in, top five and the time of each stage out. The same for the local runner and the Lambda handler. */
import type { PreprocessMode } from '../core/preprocess-mode.ts';
import type { Prediction, Timings } from '../core/record.ts';
import { INPUT_LENGTH, preprocess, type StoredSize } from './preprocess.ts';
import { createSession, type Session } from './session.ts';
import { topFive } from './top-five.ts';

export interface Classification extends StoredSize {
  readonly predictions: Prediction[];
  /** preprocessMs, inferenceMs and postprocessMs. */
  readonly timings: Required<Pick<Timings, 'preprocessMs' | 'inferenceMs' | 'postprocessMs'>>;
}

export interface Classifier {
  /** Classifies a JPEG, PNG or whatever else sharp reads. Throws QueryError when that fails. */
  classify(bytes: Uint8Array): Promise<Classification>;
  /** Frees the model's memory. */
  release(): Promise<void>;
}

export interface ClassifierOptions {
  readonly modelFile: string;
  /** Threads of one inference. */
  readonly threads: number;
  readonly preprocess: PreprocessMode;
  /** Of a Lambda function, MB of 1,048,576 bytes: a share of the processors comes with it. */
  readonly memoryMb?: number | undefined;
}

/** Loads the model. Throws SetupError when it does not fit. */
export async function createClassifier(options: ClassifierOptions): Promise<Classifier> {
  const session = await createSession(options.modelFile, options.threads, options.memoryMb);
  // Fresh memory for each input would cost more than filling it. Several calls at once need several.
  const spareInputs: Float32Array<ArrayBuffer>[] = [];
  return {
    async classify(bytes) {
      const input = spareInputs.pop() ?? new Float32Array(INPUT_LENGTH);
      try {
        return await classifyInto(input, bytes, session, options.preprocess);
      } finally {
        spareInputs.push(input);
      }
    },
    release: () => session.release(),
  };
}

async function classifyInto(
  input: Float32Array<ArrayBuffer>,
  bytes: Uint8Array,
  session: Session,
  mode: PreprocessMode,
): Promise<Classification> {
  const started = performance.now();
  const size = await preprocess(bytes, mode, input);
  const preprocessed = performance.now();
  const output = await session.run(input);
  const inferred = performance.now();
  const predictions = topFive(output);
  const finished = performance.now();
  return {
    predictions,
    timings: {
      preprocessMs: preprocessed - started,
      inferenceMs: inferred - preprocessed,
      postprocessMs: finished - inferred,
    },
    ...size,
  };
}
