/** The classifier: encoded picture in, top five and the time of each stage out. The same for the local runner and the Lambda handler. */
import type { Prediction, Timings } from '../core/record.ts';
import { type PreprocessMode, preprocess } from './preprocess.ts';
import { createSession } from './session.ts';
import { topFive } from './top-five.ts';

export interface Classification {
  readonly predictions: Prediction[];
  /** preprocessMs, inferenceMs and postprocessMs. */
  readonly timings: Required<Pick<Timings, 'preprocessMs' | 'inferenceMs' | 'postprocessMs'>>;
  /** Pixels of the picture as stored. */
  readonly width: number;
  readonly height: number;
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
}

/** Loads the model. Throws SetupError when it does not fit. */
export async function createClassifier(options: ClassifierOptions): Promise<Classifier> {
  const session = await createSession(options.modelFile, options.threads);
  return {
    async classify(bytes) {
      const started = performance.now();
      const { input, width, height } = await preprocess(bytes, options.preprocess);
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
        width,
        height,
      };
    },
    release: () => session.release(),
  };
}
