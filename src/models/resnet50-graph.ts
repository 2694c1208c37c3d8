/** ResNet-50 as data: its nodes and the shapes of its parameters. Source: He et al., arXiv:1512.03385, table 1; torchvision models/resnet.py. */
import { DATA_TYPE, type Graph, intAttribute, intsAttribute, type Node, type ValueInfo } from './onnx.ts';

/** Where a stage's first block halves the picture: in its 3x3 convolution (v1.5, torchvision's) or in its first 1x1 (v1, the paper's). */
export type Variant = 'v1.5' | 'v1';

/** What a parameter does, which decides how large its values must be. */
export type ParameterRole = 'convolution' | 'branch end' | 'classifier' | 'bias';

export interface Parameter {
  readonly name: string;
  readonly dims: readonly number[];
  readonly role: ParameterRole;
}

export interface Resnet50 {
  readonly graph: Graph;
  /** In the order of use. */
  readonly parameters: readonly Parameter[];
}

const STAGES = [
  { blocks: 3, width: 64 },
  { blocks: 4, width: 128 },
  { blocks: 6, width: 256 },
  { blocks: 3, width: 512 },
];

/** Channels out of a bottleneck block, in units of its width. */
const EXPANSION = 4;
const CLASSES = 1000;

interface ConvShape {
  readonly input: string;
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly role?: ParameterRole;
}

/** Batch norm is folded into the convolutions' biases, as torch's export does in evaluation mode; names are torchvision's. */
export function resnet50(variant: Variant): Resnet50 {
  const nodes: Node[] = [];
  const parameters: Parameter[] = [];

  const add = (opType: string, name: string, input: readonly string[], attribute: Node['attribute'] = []): string => {
    nodes.push({ opType, name, input, output: [name], attribute });
    return name;
  };
  const relu = (input: string) => add('Relu', `${input}.relu`, [input]);
  const conv = (name: string, { input, from, to, kernel, stride = 1, role = 'convolution' }: ConvShape): string => {
    parameters.push({ name: `${name}.weight`, dims: [to, from, kernel, kernel], role });
    parameters.push({ name: `${name}.bias`, dims: [to], role: 'bias' });
    return add('Conv', name, [input, `${name}.weight`, `${name}.bias`], window(kernel, stride, (kernel - 1) / 2));
  };
  const bottleneck = (name: string, input: string, from: number, width: number, stride: number): string => {
    const to = width * EXPANSION;
    const [first, second] = variant === 'v1' ? [stride, 1] : [1, stride];
    let branch = relu(conv(`${name}.conv1`, { input, from, to: width, kernel: 1, stride: first }));
    branch = relu(conv(`${name}.conv2`, { input: branch, from: width, to: width, kernel: 3, stride: second }));
    branch = conv(`${name}.conv3`, { input: branch, from: width, to, kernel: 1, role: 'branch end' });
    const shortcut = from === to ? input : conv(`${name}.downsample`, { input, from, to, kernel: 1, stride });
    return relu(add('Add', `${name}.add`, [branch, shortcut]));
  };

  let value = relu(conv('conv1', { input: 'input', from: 3, to: 64, kernel: 7, stride: 2 }));
  value = add('MaxPool', 'maxpool', [value], window(3, 2, 1));
  let channels = 64;
  for (const [stage, { blocks, width }] of STAGES.entries()) {
    for (let block = 0; block < blocks; block++) {
      value = bottleneck(`layer${stage + 1}.${block}`, value, channels, width, block === 0 && stage > 0 ? 2 : 1);
      channels = width * EXPANSION;
    }
  }
  value = add('GlobalAveragePool', 'avgpool', [value]);
  value = add('Flatten', 'flatten', [value], [intAttribute('axis', 1)]);
  parameters.push({ name: 'fc.weight', dims: [CLASSES, channels], role: 'classifier' });
  parameters.push({ name: 'fc.bias', dims: [CLASSES], role: 'bias' });
  add('Gemm', 'logits', [value, 'fc.weight', 'fc.bias'], [intAttribute('transB', 1)]);

  const input = [tensorInfo('input', ['N', 3, 224, 224])];
  const output = [tensorInfo('logits', ['N', CLASSES])];
  return { graph: { name: `resnet50-${variant}`, node: nodes, initializer: [], input, output }, parameters };
}

/** The attributes of a square sliding window, the same padding on all sides. */
function window(kernel: number, stride: number, padding: number): Node['attribute'] {
  return [
    intsAttribute('kernel_shape', [kernel, kernel]),
    intsAttribute('strides', [stride, stride]),
    intsAttribute('pads', [padding, padding, padding, padding]),
  ];
}

function tensorInfo(name: string, shape: readonly (number | string)[]): ValueInfo {
  const dim = shape.map(size => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: DATA_TYPE.float32, shape: { dim } } } };
}
