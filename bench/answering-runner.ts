/** Answers at once, with as much as a function tells of a call: what a run keeps of it is as much as of a real one. */
import { randomUUID } from 'node:crypto';
import { seededRandom } from '../src/core/random.ts';
import type { Inference } from '../src/core/runner.ts';
import { NullRunner } from '../src/runners/null.ts';

const LABELS = ['beagle', 'English foxhound', 'Walker hound', 'bluetick', 'basset'];
const TIMINGS = [
  ...['encodeMs', 'requestMs', 'firstByteMs', 'downloadMs', 'parseMs', 'preprocessMs'],
  ...['inferenceMs', 'postprocessMs', 'handlerMs'],
];

export class AnsweringRunner extends NullRunner {
  readonly #random = seededRandom(1);
  readonly #environmentId = randomUUID();

  constructor() {
    super({ delayMs: 0 });
  }

  override async infer(): Promise<Inference> {
    const { start } = await super.infer();
    return {
      start,
      predictions: LABELS.map((label, i) => ({ classId: 160 + i, label, probability: 0.5 / (i + 1) })),
      timings: Object.fromEntries(TIMINGS.map(name => [name, 20 * this.#random()])),
      memory: { usedMb: 180 + Math.floor(20 * this.#random()), sizeMb: 1024 },
      cpu: { userMs: 20 * this.#random(), systemMs: this.#random() },
      httpStatus: 200,
      requestBytes: 120_000,
      responseBytes: 1_200,
      connectionReused: true,
      requestId: randomUUID(),
      traceId: `1-${randomUUID()}`,
      environmentId: this.#environmentId,
    };
  }
}
