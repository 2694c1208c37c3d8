/** The local runner: the classifier in this process. */
import { type Classifier, createClassifier } from '../classifier/classify.ts';
import { peakRssMb } from '../classifier/peak-memory.ts';
import type { Image } from '../core/image.ts';
import type { PreprocessMode } from '../core/preprocess-mode.ts';
import type { ModelInfo, TargetInfo } from '../core/record.ts';
import type { Inference, Runner } from '../core/runner.ts';

export interface LocalRunnerOptions {
  readonly modelFile: string;
  readonly model: ModelInfo;
  readonly threads: number;
  /** What they were chosen by; for the record. */
  readonly threadsBy?: string;
  readonly preprocess: PreprocessMode;
}

const MB = 1024 * 1024;

export class LocalRunner implements Runner {
  readonly #options: LocalRunnerOptions;
  #classifier: Classifier | undefined;
  /** Set until the fresh session has answered for the first time: what creating it cost. */
  #initMs: number | undefined;

  constructor(options: LocalRunnerOptions) {
    this.#options = options;
  }

  async start(): Promise<TargetInfo> {
    const { model, modelFile, threads, threadsBy, preprocess } = this.#options;
    const startRssMb = process.memoryUsage.rss() / MB;
    const started = performance.now();
    this.#classifier = await createClassifier({ modelFile, threads, preprocess });
    this.#initMs = performance.now() - started;
    return {
      ...{ model, threads, ...(threadsBy !== undefined && { threadsBy }), preprocess, emulated: false },
      ...{ startRssMb, loadedRssMb: process.memoryUsage.rss() / MB },
    };
  }

  async infer(image: Image): Promise<Inference> {
    if (this.#classifier === undefined) throw new Error('infer before start');
    const cpuBefore = process.cpuUsage();
    const started = performance.now();
    const { predictions, timings } = await this.#classifier.classify(image.bytes);
    const handlerMs = performance.now() - started;
    const cpu = process.cpuUsage(cpuBefore);
    const initMs = this.#initMs;
    this.#initMs = undefined;
    return {
      predictions,
      timings: { ...timings, handlerMs, ...(initMs !== undefined && { initMs }) },
      start: initMs === undefined ? 'warm' : 'cold',
      // Read when it is asked for: after the clock, and in no time of ours.
      get memory() {
        return { usedMb: process.memoryUsage.rss() / MB, peakRssMb: peakRssMb() };
      },
      cpu: { userMs: cpu.user / 1000, systemMs: cpu.system / 1000 },
    };
  }

  async stop(): Promise<void> {
    await this.#classifier?.release();
    this.#classifier = undefined;
  }
}
