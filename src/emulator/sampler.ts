/** Which calls leave a trace. */
import type { EmulatorConfig } from './config.ts';

/** Of the calls beyond the first in a second. Source: Lambda developer guide, "Visualize Lambda function invocations using AWS X-Ray". */
const REST_SHARE = 0.05;

export class Sampler {
  readonly #sampling: EmulatorConfig['sampling'];
  #second = 0;

  constructor(sampling: EmulatorConfig['sampling']) {
    this.#sampling = sampling;
  }

  /** `asked`: the client's decision, which is obeyed if there is one. */
  decide(asked: boolean | undefined): boolean {
    if (this.#sampling === 'none') return false;
    if (asked !== undefined || this.#sampling === 'all') return asked ?? true;
    const second = Math.floor(Date.now() / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      return true;
    }
    return Math.random() < REST_SHARE;
  }
}
