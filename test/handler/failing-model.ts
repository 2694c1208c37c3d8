/** A model that loads and cannot be run. */
import { integers, node, smallClassifier } from '../classifier/small-models.ts';

export function failingClassifier(): Uint8Array {
  return smallClassifier({
    // Looks for column 7 of three.
    tail: [node('Gather', ['means', 'columns'], 'output', [{ name: 'axis', type: 2, i: 1 }])],
    tensors: [integers('columns', Array<number>(1000).fill(7))],
  });
}
