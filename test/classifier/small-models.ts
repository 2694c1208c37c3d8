/** ONNX models of a few kilobytes, for the shapes and faults that no ResNet-50 at hand has. */
import {
  type Attribute,
  DATA_TYPE,
  encodeModel,
  intAttribute,
  intsAttribute,
  type Node,
  type Tensor,
  type ValueInfo,
} from '../../src/models/onnx.ts';

/** Classes that the small classifier gives to red, green and blue. */
export const COLOUR_CLASSES = [100, 200, 300] as const;
const CERTAINTY = 3;

type Shape = readonly (number | string)[];

export interface SmallModel {
  readonly inputs?: readonly ValueInfo[];
  readonly outputs?: readonly ValueInfo[];
  /** Before the classifier proper, from the inputs to `pixels`: [N, 3, 224, 224] float32. */
  readonly head?: readonly Node[];
  /** From `logits` to `output`. */
  readonly tail?: readonly Node[];
  readonly classes?: number;
  readonly tensors?: readonly Tensor[];
}

/** Tells what colour a picture is, by the means of its channels: class 100 red, 200 green, 300 blue. */
export function smallClassifier(changes: SmallModel = {}): Uint8Array {
  const { classes = 1000 } = changes;
  const {
    inputs = [value('input', ['N', 3, 224, 224])],
    outputs = [value('output', ['N', classes])],
    head = [node('Identity', ['input'], 'pixels')],
    tail = [node('Identity', ['logits'], 'output')],
    tensors = [],
  } = changes;
  const weights = new Float32Array(classes * 3);
  for (const [channel, classId] of COLOUR_CLASSES.entries()) weights[classId * 3 + channel] = CERTAINTY;
  return encodeModel({
    irVersion: 7,
    opsetImport: [{ version: 13 }],
    metadataProps: [],
    graph: {
      name: 'small',
      input: inputs,
      output: outputs,
      initializer: [floats('weights', [classes, 3], weights), ...tensors],
      node: [
        ...head,
        node('GlobalAveragePool', ['pixels'], 'pooled'),
        node('Flatten', ['pooled'], 'means', [intAttribute('axis', 1)]),
        node('Gemm', ['means', 'weights'], 'logits', [intAttribute('transB', 1)]),
        ...tail,
      ],
    },
  });
}

export function value(name: string, shape: Shape, elemType: number = DATA_TYPE.float32): ValueInfo {
  const dim = shape.map(size => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

export function node(opType: string, input: string[], output: string, attribute: Attribute[] = []): Node {
  return { opType, name: output, input, output: [output], attribute };
}

export function cast(input: string, output: string, to: number): Node {
  return node('Cast', [input], output, [intAttribute('to', to)]);
}

export function transpose(input: string, output: string, perm: number[]): Node {
  return node('Transpose', [input], output, [intsAttribute('perm', perm)]);
}

export function floats(name: string, dims: number[], values: ArrayLike<number>): Tensor {
  return { name, dims, dataType: DATA_TYPE.float32, rawData: new Uint8Array(Float32Array.from(values).buffer) };
}

export function integers(name: string, values: readonly number[]): Tensor {
  const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return { name, dims: [values.length], dataType: DATA_TYPE.int64, rawData };
}
