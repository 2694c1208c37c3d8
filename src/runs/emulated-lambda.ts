/** The Lambda runner with a function of its own: our handler on the embedded emulator, for as long as the run lasts. */
import type { Image } from '../core/image.ts';
import type { PreprocessMode } from '../core/preprocess-mode.ts';
import type { TargetInfo } from '../core/record.ts';
import type { Inference, Learned, Runner } from '../core/runner.ts';
import { type Emulator, startEmulator } from '../emulator/start.ts';
import { LambdaRunner } from '../runners/lambda.ts';
import type { ChosenModel } from './choose-model.ts';
import { ourFunction } from './our-function.ts';

export interface EmulatedLambdaOptions {
  readonly model: ChosenModel;
  readonly preprocess: PreprocessMode;
  /** MB of 1,048,576 bytes. */
  readonly memoryMb: number;
  /** The client's patience with a call. */
  readonly timeoutMs: number;
  /** The function's own, at most 900,000. */
  readonly functionTimeoutMs: number;
  readonly concurrency: number;
  readonly idleTimeoutMs: number;
  /** Environments initialised ahead of any call. */
  readonly proactive: number;
  readonly connection: 'keep' | 'new';
  readonly images: readonly Image[];
}

export class EmulatedLambdaRunner implements Runner {
  readonly #options: EmulatedLambdaOptions;
  #emulator: Emulator | undefined;
  #lambda: LambdaRunner | undefined;

  constructor(options: EmulatedLambdaOptions) {
    this.#options = options;
  }

  async start(signal: AbortSignal): Promise<TargetInfo> {
    const { model, preprocess, memoryMb, timeoutMs, functionTimeoutMs, connection, images } = this.#options;
    const { concurrency, idleTimeoutMs, proactive } = this.#options;
    this.#emulator = await startEmulator(
      {
        ...ourFunction(model, preprocess),
        memoryMb,
        timeoutMs: functionTimeoutMs,
        concurrency,
        idleTimeoutMs,
        proactive,
      },
      signal,
    );
    const url = this.#emulator.functionUrl;
    this.#lambda = new LambdaRunner({ url, frontDoor: 'url', timeoutMs, connection, images, emulated: true });
    const info = await this.#lambda.start(signal);
    // No share is taken from the environments yet: each has the whole machine.
    return { ...info, model: model.info, preprocess, memoryMb, cpuShare: 'unlimited' };
  }

  /** The emulator, between start and stop: what its environments do is what the function's do. */
  get emulator(): Emulator | undefined {
    return this.#emulator;
  }

  infer(image: Image, signal: AbortSignal): Promise<Inference> {
    if (this.#lambda === undefined) throw new Error('infer before start');
    return this.#lambda.infer(image, signal);
  }

  learned(): Learned {
    return this.#lambda?.learned() ?? {};
  }

  async stop(): Promise<void> {
    await this.#lambda?.stop();
    await this.#emulator?.stop();
    this.#lambda = undefined;
    this.#emulator = undefined;
  }
}
