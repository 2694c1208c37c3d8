/** Answers that are the same share one array: of a long run's samples they would take most of the memory. */
import type { Prediction, Sample } from '../core/record.ts';

/** Beyond that answers differ from call to call, and there is nothing to share. */
const MOST_ANSWERS = 10_000;

export class SharedPredictions {
  readonly #answers = new Map<string, Prediction[]>();

  in(sample: Sample): Sample {
    const key = sample.predictions
      .map(({ classId, label, probability }) => `${classId} ${probability} ${label}`)
      .join();
    const known = this.#answers.get(key);
    if (known !== undefined) return { ...sample, predictions: known };
    if (this.#answers.size < MOST_ANSWERS) this.#answers.set(key, sample.predictions);
    return sample;
  }
}
