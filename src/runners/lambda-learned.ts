/** What the answers of a function tell of it: the first word counts, and a different one later is a warning. */
import type { Prediction, Warning } from '../core/record.ts';
import type { Learned } from '../core/runner.ts';

/** Facts that one run should find the same in all answers, in words. */
const STEADY = {
  model: 'models',
  threads: 'numbers of threads',
  memoryMb: 'memory sizes (MB)',
  cpuModel: 'processors',
  node: 'versions of Node',
  onnxruntime: 'versions of onnxruntime',
} as const satisfies Partial<Record<keyof Learned, string>>;

/** Enough to say that they differ; a run may be long. */
const MOST_VALUES = 4;

/** Of the five probabilities together, as fractions: no classifier that is asked about pictures it knows is so unsure. */
const SUSPICIOUS_SUM = 0.01;

export class LearnedFacts {
  #mostProbable = 0;
  #first: Learned = {};
  /** With the wall clock's time of the first answer that told each. */
  readonly #values = new Map<keyof typeof STEADY, Map<string, Date>>();

  /** `known`: what the answers to an earlier part of the run told. */
  constructor(known: Learned = {}) {
    this.add(known, []);
  }

  /** `at`: when it was told, by the wall clock; now when absent. */
  add(learned: Learned, predictions: readonly Prediction[], at = new Date()): void {
    const sum = predictions.reduce((total, { probability }) => total + probability, 0);
    this.#mostProbable = Math.max(this.#mostProbable, sum);
    this.#first = { ...learned, ...this.#first };
    for (const fact of Object.keys(STEADY) as (keyof typeof STEADY)[]) {
      if (learned[fact] === undefined) continue;
      const values = this.#values.get(fact) ?? new Map<string, Date>();
      this.#values.set(fact, values);
      const value = inWords(learned[fact]);
      if (values.size < MOST_VALUES && !values.has(value)) values.set(value, at);
    }
  }

  /** Each fact from the first answer that told it. */
  first(): Learned {
    return this.#first;
  }

  warnings(): Warning[] {
    return [...this.#fractions(), ...this.#changes()];
  }

  /** The contract wants percent. Ours tells its model, and is known to keep it. */
  #fractions(): Warning[] {
    const suspicious = this.#mostProbable > 0 && this.#mostProbable <= SUSPICIOUS_SUM + 1e-9;
    if (!suspicious || this.#first.model !== undefined) return [];
    return [
      {
        code: 'percent-or-fractions',
        message: 'no answer gives its classes more than 1 % in all',
        advice: 'probabilities are read as percent: does the function send fractions?',
      },
    ];
  }

  #changes(): Warning[] {
    return [...this.#values].flatMap(([fact, values]) => {
      if (values.size < 2) return [];
      const [[first], ...others] = [...values] as [[string, Date], ...[string, Date][]];
      const later = others.map(([value, from]) => `${value} (first at ${from.toISOString().slice(0, 19)}Z)`);
      return {
        code: 'function-changed',
        message: `the answers tell of different ${STEADY[fact]}: ${[first, ...later].join(', ')}`,
        advice:
          'the figures mix them: take runs during which nothing is deployed, or tell the environments apart in the CSV report',
      };
    });
  }
}

function inWords(value: NonNullable<Learned[keyof typeof STEADY]>): string {
  if (typeof value !== 'object') return String(value);
  return [value.name, value.sha256?.slice(0, 12)].filter(part => part !== undefined).join(' ');
}
