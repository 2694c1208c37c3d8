/** What a graph computes in, which need not be what its weights are stored in. */
import { DATA_TYPE, type Graph, type Node } from './onnx.ts';

const TYPE_NAMES = new Map(Object.entries(DATA_TYPE).map(([name, type]) => [type, name]));

/** Operators that do the bulk of the work, in ONNX and in onnxruntime's own domain, by how they do it. */
const PLAIN = new Set(['Conv', 'FusedConv', 'NhwcFusedConv', 'Gemm', 'FusedGemm', 'MatMul', 'FusedMatMul']);
const QUANTISED = new Set(['QLinearConv', 'QLinearMatMul', 'QGemm']);
const DYNAMIC = new Set(['ConvInteger', 'MatMulInteger', 'DynamicQuantizeMatMul', 'MatMulIntegerToFloat']);

/** The arithmetic of most convolutions and matrix products. A graph without any, which no classifier is, counts as `unknown`. */
export function precisionOf(graph: Graph): string {
  const counts = new Map<string, number>();
  const types = valueTypes(graph);
  const dequantized = new Set(
    graph.node.filter(({ opType }) => opType === 'DequantizeLinear').flatMap(({ output }) => output),
  );
  for (const node of graph.node) {
    const precision = nodePrecision(node, types, dequantized);
    if (precision !== undefined) counts.set(precision, (counts.get(precision) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? 'unknown';
}

function nodePrecision(
  { opType, input }: Node,
  types: ReadonlyMap<string, number>,
  dequantized: ReadonlySet<string>,
): string | undefined {
  if (DYNAMIC.has(opType)) return 'int8 (dynamic)';
  if (QUANTISED.has(opType)) return 'int8';
  if (!PLAIN.has(opType)) return undefined;
  const [values = '', weights = ''] = input;
  // Runtimes turn this pattern into integer arithmetic; int8 weights alone are only a way of storing them.
  if (dequantized.has(values) && dequantized.has(weights)) return 'int8 (QDQ)';
  return TYPE_NAMES.get(types.get(weights) ?? types.get(values) ?? DATA_TYPE.float32) ?? 'unknown';
}

/** Element type of every value, as far as it can be told: one pass, as nodes stand in the order of computation. */
function valueTypes({ initializer, input, node }: Graph): Map<string, number> {
  const types = new Map<string, number>();
  const set = (name: string | undefined, type: number | undefined) => {
    if (name !== undefined && type !== undefined) types.set(name, type);
  };
  for (const { name, type } of input) set(name, type?.tensorType?.elemType);
  for (const { name, dataType } of initializer) set(name, dataType);
  for (const one of node) {
    const type = outputType(one, types);
    for (const name of one.output) set(name, type);
  }
  return types;
}

function outputType({ opType, input, attribute }: Node, types: ReadonlyMap<string, number>): number | undefined {
  const at = (index: number) => types.get(input[index] ?? '');
  switch (opType) {
    case 'Cast':
      return attribute.find(({ name }) => name === 'to')?.i;
    case 'Constant':
      return attribute.find(({ name }) => name === 'value')?.t?.dataType;
    case 'DequantizeLinear':
      return at(1); // its scale
    case 'QuantizeLinear':
      return at(2) ?? DATA_TYPE.uint8; // its zero point
    default:
      return at(0);
  }
}
