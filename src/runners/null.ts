/** The null runner answers after a set delay and classifies nothing: it shows what the harness itself costs. */
import type { TargetInfo } from '../core/record.ts';
import type { Inference, Runner } from '../core/runner.ts';

export class NullRunner implements Runner {
  readonly #delayMs: number;
  #first = true;

  /** `delayMs`: 0 answers within the same turn of the event loop. */
  constructor(options: { readonly delayMs: number }) {
    this.#delayMs = options.delayMs;
  }

  async start(): Promise<TargetInfo> {
    this.#first = true;
    return { emulated: false };
  }

  async infer(): Promise<Inference> {
    if (this.#delayMs > 0) await new Promise(resolve => setTimeout(resolve, this.#delayMs));
    const start = this.#first ? 'cold' : 'warm';
    this.#first = false;
    return { predictions: [], timings: {}, start };
  }

  async stop(): Promise<void> {}
}
