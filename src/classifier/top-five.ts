/** The network's output to the five most probable classes. */
import { QueryError } from '../core/errors.ts';
import type { Prediction } from '../core/record.ts';
import { IMAGENET_CLASSES } from './imagenet-classes.ts';

/**
 * Most probable first; of equal ones the lower class first. `output`: 1,000 logits, or probabilities where the graph ends in a
 * softmax. Throws QueryError when it holds what is no number.
 */
export function topFive(output: Float32Array): Prediction[] {
  const probabilities = isProbabilities(output) ? output : softmax(output);
  const best: number[] = [];
  for (let classId = 0; classId < probabilities.length; classId++) {
    const probability = probabilities[classId]!;
    let place = best.length;
    while (place > 0 && probabilities[best[place - 1]!]! < probability) place--;
    if (place < 5) best.splice(place, 0, classId);
    if (best.length > 5) best.length = 5;
  }
  return best.map(classId => ({
    classId,
    label: IMAGENET_CLASSES[classId]!,
    probability: Math.min(1, probabilities[classId]!),
  }));
}

/** 1,000 logits never happen to be non-negative and sum to one. */
function isProbabilities(output: Float32Array): boolean {
  let sum = 0;
  for (const value of output) {
    if (value < 0) return false;
    sum += value;
  }
  return Math.abs(sum - 1) < 1e-3;
}

/** Shifted by the maximum, so that no exponential overflows. Throws QueryError when that is no number. */
export function softmax(logits: Float32Array): Float64Array {
  let max = Number.NEGATIVE_INFINITY;
  for (const value of logits) max = Math.max(max, value);
  if (!Number.isFinite(max)) throw new QueryError('inference', 'the network answered with what is no number');
  const probabilities = new Float64Array(logits.length);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const exponential = Math.exp(logits[i]! - max);
    probabilities[i] = exponential;
    sum += exponential;
  }
  return probabilities.map(value => value / sum);
}
