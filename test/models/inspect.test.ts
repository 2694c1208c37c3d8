/** What inspectModel says of every kind of model, and of files that are none. */

import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SetupError } from '../../src/core/errors.ts';
import { inspectModel } from '../../src/models/inspect.ts';
import { DATA_TYPE, encodeModel, intAttribute, type Model, type Node, type Tensor } from '../../src/models/onnx.ts';
import { writeSyntheticModel } from '../../src/models/synthetic.ts';

const SHARED_MODELS = join(import.meta.dirname, '../../../shared/models');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resnet-bench-inspect-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function fileWith(bytes: Uint8Array | string): Promise<string> {
  const file = join(folder, `model-${files++}.onnx`);
  await writeFile(file, bytes);
  return file;
}

/** A node in one line: `y = Conv x w`. */
function node(line: string, attribute: Node['attribute'] = []): Node {
  const [output = '', , opType = '', ...input] = line.split(' ');
  return { opType, input, output: [output], attribute };
}

function weights(name: string, dataType: number): Tensor {
  return { name, dims: [1], dataType, rawData: new Uint8Array(8) };
}

function smallModel(nodes: readonly Node[], initializer: readonly Tensor[] = []): Model {
  const input = [{ name: 'x', type: { tensorType: { elemType: DATA_TYPE.float32 } } }];
  return {
    irVersion: 7,
    graph: { name: 'small', node: nodes, initializer, input, output: [{ name: 'y' }] },
    opsetImport: [{ domain: '', version: 13 }],
    metadataProps: [],
  };
}

const { float32, float16, bfloat16, int8 } = DATA_TYPE;
const toFloat16 = [intAttribute('to', float16)];
const toFloat32 = [intAttribute('to', float32)];

const PRECISIONS: [what: string, precision: string, model: Model][] = [
  ['float32 throughout', 'float32', smallModel([node('y = Conv x w')], [weights('w', float32)])],
  ['a matrix product only', 'float32', smallModel([node('y = MatMul x w')], [weights('w', float32)])],
  [
    'weights from a Constant node',
    'float16',
    smallModel([
      node('w = Constant', [{ name: 'value', type: 4, t: weights('', float16) }]),
      node('h = Cast x', toFloat16),
      node('y = Conv h w'),
    ]),
  ],
  [
    'float16 between float32 ends',
    'float16',
    smallModel(
      [node('h = Cast x', toFloat16), node('c = Conv h w'), node('y = Cast c', toFloat32)],
      [weights('w', float16)],
    ),
  ],
  [
    'float16 storage, float32 arithmetic',
    'float32',
    smallModel([node('f = Cast w', toFloat32), node('y = Conv x f')], [weights('w', float16)]),
  ],
  ['bfloat16', 'bfloat16', smallModel([node('y = Conv x w')], [weights('w', bfloat16)])],
  [
    'int8 storage by Cast and Mul',
    'float32',
    smallModel(
      [node('f = Cast w', toFloat32), node('s = Mul f scale'), node('y = Conv x s')],
      [weights('w', int8), weights('scale', float32)],
    ),
  ],
  [
    'int8 storage by DequantizeLinear of weights alone',
    'float32',
    smallModel(
      [node('f = DequantizeLinear w scale'), node('y = Conv x f')],
      [weights('w', int8), weights('scale', float32)],
    ),
  ],
  [
    'QDQ',
    'int8 (QDQ)',
    smallModel(
      [
        node('q = QuantizeLinear x scale zero'),
        node('d = DequantizeLinear q scale zero'),
        node('f = DequantizeLinear w scale zero'),
        node('y = Conv d f'),
      ],
      [weights('w', int8), weights('scale', float32), weights('zero', int8)],
    ),
  ],
  [
    'QLinearConv',
    'int8',
    smallModel(
      [node('q = QuantizeLinear x s z'), node('c = QLinearConv q s z w s z s z'), node('y = DequantizeLinear c s z')],
      [weights('w', int8), weights('s', float32), weights('z', int8)],
    ),
  ],
  [
    'ConvInteger',
    'int8 (dynamic)',
    smallModel(
      [node('q = DynamicQuantizeLinear x'), node('c = ConvInteger q w'), node('y = Cast c', toFloat32)],
      [weights('w', int8)],
    ),
  ],
  [
    'most of the work in float16, the rest in float32',
    'float16',
    smallModel(
      [
        node('h = Cast x', toFloat16),
        node('a = Conv h w'),
        node('b = Conv a w'),
        node('f = Cast b', toFloat32),
        node('y = Gemm f v'),
      ],
      [weights('w', float16), weights('v', float32)],
    ),
  ],
];

describe('precision', () => {
  it.each(PRECISIONS)('%s: %s', async (_, precision, model) => {
    const file = await fileWith(encodeModel(model));
    expect(await inspectModel(file)).toMatchObject({ precision, weights: 'trained' });
  });

  const REAL: [name: string, precision: string, sha256: string, bytes: number][] = [
    ['resnet50-int8w.onnx', 'float32', 'de842f4a9c5d451b5c275746ebe45ffc0ec4c0dba72f658c67eaab0b506ad280', 25_645_918],
    ['resnet50-qdq.onnx', 'int8 (QDQ)', 'dfdc6868fdef3388fbeaa16374d74bcb19f1dc2d00b193af273ea8f71d267a37', 26_035_439],
  ];
  for (const [name, precision, sha256, bytes] of REAL) {
    it(`of the real ${name}: ${precision}`, async ctx => {
      const file = join(SHARED_MODELS, name);
      if (!existsSync(file)) ctx.skip(`${file} is not there`);
      expect(await inspectModel(file)).toEqual({ sha256, bytes, precision, weights: 'trained' });
    });
  }
});

describe('weights', () => {
  it('are synthetic in a file that this program wrote', async () => {
    const file = join(folder, 'synthetic.onnx');
    await writeSyntheticModel(file);
    expect(await inspectModel(file)).toEqual({
      sha256: '28d81194afc8dd2faed34ff44209c3cfb76e926ae0bea7d3e987a844e0fd4c08',
      bytes: 102_139_238,
      precision: 'float32',
      weights: 'synthetic',
    });
  });

  it('stay synthetic in what another tool makes of that file', async () => {
    const model = smallModel([node('y = Conv x w')], [weights('w', float16)]);
    const metadataProps = [{ key: 'weights', value: 'synthetic' }];
    const file = await fileWith(encodeModel({ ...model, producerName: 'onnx.quantize', metadataProps }));
    expect(await inspectModel(file)).toMatchObject({ weights: 'synthetic', precision: 'float16' });
  });
});

describe('not a model', () => {
  const whole = encodeModel(smallModel([node('y = Conv x w')], [weights('w', float32)]));
  const { graph: _, ...withoutGraph } = smallModel([]);
  // Bytes without a pattern, the same in each run.
  const noise = (seed: number) => Uint8Array.from({ length: 5000 }, (_, at) => Math.imul(at + seed, 0x9e3779b1) >>> 13);

  it.each([
    ['empty', ''],
    ['text', 'not a model\n'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:de84\nsize 102442450\n'],
    ['HTML', '<!DOCTYPE html>\n<html><head><title>404</title></head></html>'],
    ['JSON', '{"error": "not found"}'],
    ['a JPEG', Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70, 0])],
    ['a ZIP', 'PK\u0003\u0004\u0014\u0000'],
    ['zeros', new Uint8Array(1000)],
    ['a model without a graph', encodeModel(withoutGraph)],
    ['a model with an empty graph', encodeModel(smallModel([]))],
    ['groups in groups without end', new Uint8Array(100_000).fill(0x1b)],
    ...Array.from({ length: 50 }, (_, seed): [string, Uint8Array] => [`noise ${seed}`, noise(seed * 7)]),
  ])('%s', async (_, bytes) => {
    const file = await fileWith(bytes);
    const error = await inspectModel(file).catch(thrown => thrown);
    expect(error).toBeInstanceOf(SetupError);
    expect(error.message).toContain(`${file} is not an ONNX model`);
    expect(error.hint).toContain('resnet-bench model list');
  });

  it('cut anywhere', async () => {
    for (let length = 0; length < whole.length; length++) {
      const file = await fileWith(whole.subarray(0, length));
      await expect(inspectModel(file), `${length} of ${whole.length} bytes`).rejects.toThrow(SetupError);
    }
  });

  it('damaged anywhere: a SetupError or an answer, never another error', async () => {
    for (let at = 0; at < whole.length; at++) {
      for (const flip of [0x01, 0x04, 0x80, 0xff]) {
        const damaged = Uint8Array.from(whole, (byte, index) => (index === at ? byte ^ flip : byte));
        const outcome = await inspectModel(await fileWith(damaged)).catch(thrown => thrown);
        expect(outcome instanceof SetupError || typeof outcome.sha256 === 'string', `byte ${at}: ${outcome}`).toBe(
          true,
        );
      }
    }
  });

  it('whole, but with weights in another file, whose contents its hash would not tell', async () => {
    const externalData = [{ key: 'location', value: 'w.data' }];
    const model = smallModel([node('y = Conv x w')], [{ name: 'w', dims: [1], dataType: float32, externalData }]);
    const error = await inspectModel(await fileWith(encodeModel(model))).catch(thrown => thrown);
    expect(error).toBeInstanceOf(SetupError);
    expect(error.message).toContain('keeps weights in w.data');
    expect(error.hint).toContain('onnx.save');
  });

  it('no file, and no file but a folder', async () => {
    for (const file of [join(folder, 'missing.onnx'), folder]) {
      const error = await inspectModel(file).catch(thrown => thrown);
      expect(error).toBeInstanceOf(SetupError);
      expect(error.message).toContain(file);
      expect(error.message).not.toMatch(/ENOENT|EISDIR/);
      expect(error.hint).toContain('resnet-bench model list');
    }
  });
});
