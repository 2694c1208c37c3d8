/** The part of the ONNX file format that this program writes and reads. Source: onnx/onnx.proto of github.com/onnx/onnx. */
import protobuf from 'protobufjs/light.js';
import { skimMessage } from './skim.ts';

/** TensorProto.DataType. */
export const DATA_TYPE = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10, float64: 11, bfloat16: 16 };

/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPE = { int: 2, ints: 7 };

export interface Tensor {
  name?: string;
  dims: readonly number[];
  dataType?: number;
  /** Little-endian elements; in a decoded model a view of the file's bytes, not a copy. */
  rawData?: Uint8Array;
  /** Where its elements are, when they are in another file: `location` is its name. */
  externalData?: readonly { key: string; value: string }[];
}

export interface Attribute {
  name: string;
  type?: number;
  i?: number;
  t?: Tensor;
  ints?: readonly number[];
}

export interface Node {
  name?: string;
  opType: string;
  input: readonly string[];
  output: readonly string[];
  attribute: readonly Attribute[];
}

export interface ValueInfo {
  name: string;
  type?: { tensorType?: { elemType?: number; shape?: { dim: readonly { dimValue?: number; dimParam?: string }[] } } };
}

export interface Graph {
  name?: string;
  node: readonly Node[];
  initializer: readonly Tensor[];
  input: readonly ValueInfo[];
  output: readonly ValueInfo[];
}

export interface Model {
  irVersion?: number;
  producerName?: string;
  graph?: Graph;
  opsetImport: readonly { domain?: string; version?: number }[];
  metadataProps: readonly { key: string; value: string }[];
}

/** Field numbers and types. Weights in `float_data` and its like are left out: skipped when read, as nothing here looks at weights. */
const MESSAGES: Record<string, Record<string, string>> = {
  ModelProto: {
    irVersion: '1 int64',
    producerName: '2 string',
    graph: '7 GraphProto',
    opsetImport: '8 repeated OperatorSetIdProto',
    metadataProps: '14 repeated StringStringEntryProto',
  },
  GraphProto: {
    node: '1 repeated NodeProto',
    name: '2 string',
    initializer: '5 repeated TensorProto',
    input: '11 repeated ValueInfoProto',
    output: '12 repeated ValueInfoProto',
  },
  NodeProto: {
    input: '1 repeated string',
    output: '2 repeated string',
    name: '3 string',
    opType: '4 string',
    attribute: '5 repeated AttributeProto',
  },
  AttributeProto: {
    name: '1 string',
    i: '3 int64',
    t: '5 TensorProto',
    ints: '8 repeated int64',
    type: '20 int32',
  },
  TensorProto: {
    dims: '1 repeated int64',
    dataType: '2 int32',
    name: '8 string',
    rawData: '9 bytes',
    externalData: '13 repeated StringStringEntryProto',
  },
  ValueInfoProto: { name: '1 string', type: '2 TypeProto' },
  TypeProto: { tensorType: '1 TensorTypeProto' },
  TensorTypeProto: { elemType: '1 int32', shape: '2 TensorShapeProto' },
  TensorShapeProto: { dim: '1 repeated DimensionProto' },
  DimensionProto: { dimValue: '1 int64', dimParam: '2 string' },
  OperatorSetIdProto: { domain: '1 string', version: '2 int64' },
  StringStringEntryProto: { key: '1 string', value: '2 string' },
};

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(Object.entries(MESSAGES).map(describe)),
}).resolveAll();
const modelType = root.lookupType('ModelProto');
const graphType = root.lookupType('GraphProto');
const tensorType = root.lookupType('TensorProto');

function describe([message, fields]: [string, Record<string, string>]): [string, protobuf.IType] {
  const described = Object.entries(fields).map(([name, text]) => {
    const words = text.split(' ');
    const type = words.at(-1) as string;
    return [name, { id: Number(words[0]), type, ...(words[1] === 'repeated' ? { rule: 'repeated' } : {}) }] as const;
  });
  return [message, { fields: Object.fromEntries(described) }];
}

/** Decodes a model. Throws Error when the bytes are not a protobuf message that could be one; what is absent stays absent. */
export function decodeModel(bytes: Uint8Array): Model {
  return modelType.toObject(modelType.decode(bytes), { longs: Number, arrays: true }) as Model;
}

/** Decodes the model in an open file of `size` bytes, but for its weights. Throws like `decodeModel`, or the system's error. */
export function skimModel(file: number, size: number): Model {
  return decodeModel(skimMessage(file, modelType, 0, size));
}

/** Encodes a model in one piece: for small ones, and for a large one without its graph. */
export function encodeModel(model: Model): Uint8Array {
  return modelType.encode(modelType.fromObject(model)).finish();
}

/** A tensor whose elements are made when they are needed. `data` returns `byteLength` bytes, which may be overwritten by its next call. */
export interface TensorSource {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly byteLength: number;
  data(): Uint8Array;
}

/**
 * Encodes a model piece by piece, so that it is never whole in memory; the pieces make one file. Each must be used before
 * the next is asked for. The graph comes last: what the file is stands in its first bytes.
 */
export function* encodeLargeModel(
  model: Model & { graph: Graph },
  tensors: readonly TensorSource[],
): Generator<Uint8Array> {
  const { graph, ...head } = model;
  const graphHead = graphType.encode(graphType.fromObject(graph)).finish();
  const heads = tensors.map(tensorHead);
  const graphBytes = tensors.reduce((sum, tensor, at) => sum + sizeOf(heads, at) + tensor.byteLength, graphHead.length);
  yield encodeModel(head);
  yield lengthPrefix(modelType, 'graph', graphBytes);
  yield graphHead;
  for (const [at, tensor] of tensors.entries()) {
    yield heads[at] as Uint8Array;
    yield tensor.data();
  }
}

/** A tensor in a graph up to its first element. */
function tensorHead({ name, dims, dataType, byteLength }: TensorSource): Uint8Array {
  const fields = tensorType.encode(tensorType.fromObject({ name, dims, dataType })).finish();
  const rawData = lengthPrefix(tensorType, 'rawData', byteLength);
  const prefix = lengthPrefix(graphType, 'initializer', fields.length + rawData.length + byteLength);
  return Buffer.concat([prefix, fields, rawData]);
}

function sizeOf(pieces: readonly Uint8Array[], at: number): number {
  return (pieces[at] as Uint8Array).length;
}

/** Tag and length that stand before the content of a message or of bytes: wire type 2. */
function lengthPrefix(type: protobuf.Type, field: string, length: number): Uint8Array {
  const tag = ((type.fields[field] as protobuf.Field).id << 3) | 2;
  return protobuf.Writer.create().uint32(tag).uint32(length).finish();
}

export function intAttribute(name: string, i: number): Attribute {
  return { name, type: ATTRIBUTE_TYPE.int, i };
}

export function intsAttribute(name: string, ints: readonly number[]): Attribute {
  return { name, type: ATTRIBUTE_TYPE.ints, ints };
}
