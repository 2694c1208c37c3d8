/** The predictions of an answer: what a record may hold, or why they cannot be right. */
import type { QueryError } from '../core/errors.ts';
import type { Prediction } from '../core/record.ts';
import { isObject, words } from './wire-field.ts';

/** The failure of an answer with (or without) what it says. */
export type Blame = (what: string) => QueryError;

const MOST_PREDICTIONS = 5;
const LONGEST_SHOWN = 80;

/** At most five, the most probable first, percent made fractions. Throws what `bad` makes. `redact` is for what is quoted. */
export function readPredictions(given: unknown, bad: Blame, redact: (text: string) => string): Prediction[] {
  if (!Array.isArray(given)) throw bad(`with predictions that are no list but ${show(given)}`);
  if (given.length === 0) throw bad('without predictions');
  const wrong = (index: number, field: string, value: unknown, wanted: string) =>
    bad(`with ${show(value)} as predictions[${index}]${field} instead of ${wanted}`);
  const seen = new Set<number>();
  const predictions = given.map((item: unknown, index): Prediction => {
    if (!isObject(item)) throw wrong(index, '', item, 'an object');
    const { class_id: classId, probability } = item;
    const label = words(item.label);
    if (label === undefined) throw wrong(index, '.label', item.label, 'a name');
    if (typeof classId !== 'number' || !Number.isInteger(classId) || classId < 0 || classId > 999)
      throw wrong(index, '.class_id', classId, 'a class from 0 to 999');
    if (seen.has(classId)) throw bad(`with class ${classId} twice`);
    seen.add(classId);
    if (typeof probability !== 'number' || !(probability >= 0 && probability <= 100))
      throw wrong(index, '.probability', probability, 'percent');
    return { classId, label, probability: fraction(probability) };
  });
  return predictions.sort((a, b) => b.probability - a.probability).slice(0, MOST_PREDICTIONS);

  function show(value: unknown): string {
    if (typeof value === 'object' && value !== null) return 'an object';
    // Before it is cut and escaped: a secret with a quotation mark would not be known again.
    const shown = typeof value === 'string' ? redact(value).slice(0, LONGEST_SHOWN) : value;
    return JSON.stringify(shown) ?? 'nothing';
  }
}

/** 0.07 % is 0.0007, not 0.0007000000000000001. */
function fraction(percent: number): number {
  return Math.round(percent * 1e8) / 1e10;
}
