/** Random weights that are the same bits on every machine: integers, then one division and one multiplication each. */
import type { Parameter } from './resnet50-graph.ts';

/** Standard deviation of the sum of four bytes drawn evenly from 0..255: sqrt(4 * (256^2 - 1) / 12). */
const BYTE_SUM_DEVIATION = Math.sqrt((256 ** 2 - 1) / 3);

/** Each block adds its branch to what it got; undamped, sixteen of them would raise the values by powers of ten. */
const BRANCH_GAIN = 0.5;
/** Logits of photographs then spread by about 2: a softmax with a few favourites. */
const CLASSIFIER_GAIN = 2;
const BIAS_DEVIATION = 0.05;

/** Fills an array with the next values of a parameter. */
export type Fill = (target: Float32Array, parameter: Parameter) => void;

/**
 * Logarithms and cosines (Box-Muller) may differ in the last bit between engines, so a value is the sum of a draw's four bytes.
 * Each filter's weights are then shifted to a mean of 0: after a ReLU all inputs are positive, and what they have in common
 * would drown what sets one picture apart from the next, until all of them got the same answer.
 */
export function seededWeights(seed: number): Fill {
  let state = seed | 0;
  return (target, parameter) => {
    const filter = fanIn(parameter);
    const scale = deviation(parameter) / BYTE_SUM_DEVIATION;
    for (let start = 0; start < target.length; start += filter) {
      let total = 0;
      for (let at = start; at < start + filter; at++) {
        // splitmix32: a counter, mixed by the finaliser of MurmurHash3 (constants by Appleby).
        state = (state + 0x9e3779b9) | 0;
        let bits = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
        bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
        bits ^= bits >>> 16;
        const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
        target[at] = sum;
        total += sum;
      }
      const mean = total / filter;
      for (let at = start; at < start + filter; at++) target[at] = ((target[at] as number) - mean) * scale;
    }
  };
}

/** Inputs that one output sees; biases are drawn as one filter. */
function fanIn({ dims, role }: Parameter): number {
  return (role === 'bias' ? dims : dims.slice(1)).reduce((product, size) => product * size, 1);
}

/** Standard deviation of a parameter's values. */
function deviation(parameter: Parameter): number {
  // He et al., arXiv:1502.01852, section 2.2, for filters that do not see the mean: of a ReLU's unit
  // normal input the variance is left, 1/2 - 1/(2 pi), not the mean square, 1/2.
  const he = Math.sqrt(1 / (0.341 * fanIn(parameter)));
  switch (parameter.role) {
    case 'convolution':
      return he;
    case 'branch end':
      return he * BRANCH_GAIN;
    case 'classifier':
      return he * CLASSIFIER_GAIN;
    case 'bias':
      return BIAS_DEVIATION;
  }
}
