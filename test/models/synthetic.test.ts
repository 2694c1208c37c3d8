/** The synthetic ResNet-50: is it the real graph, is it the same everywhere, does it behave like a network, is its file safe? */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SetupError } from '../../src/core/errors.ts';
import { decodeModel, type Graph, type Model } from '../../src/models/onnx.ts';
import { writeSyntheticModel } from '../../src/models/synthetic.ts';

const SHA256 = {
  'v1.5': '28d81194afc8dd2faed34ff44209c3cfb76e926ae0bea7d3e987a844e0fd4c08',
  v1: 'a464dee0bc361c2f05af9366b31582d2f660e9b0125e1805f843839bc7b64d99',
};

let root: string;
let file: string;
let content: Buffer;
let model: Model & { graph: Graph };

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'resnet-bench-synthetic-'));
  file = join(root, 'made', 'on', 'demand', 'model.onnx');
  await writeSyntheticModel(file);
  content = await readFile(file);
  model = decodeModel(content) as typeof model;
});

afterAll(() => rm(root, { recursive: true, force: true }));

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const emptyFolder = () => mkdtemp(join(root, 'empty-'));

/** Strides of the convolutions that halve the picture, by name. */
function halving({ node }: Graph): string[] {
  const stridesOf = (one: Graph['node'][number]) => one.attribute.find(({ name }) => name === 'strides')?.ints;
  return node.filter(one => one.opType === 'Conv' && stridesOf(one)?.[0] === 2).map(({ name }) => name as string);
}

describe('the graph', () => {
  it('has the nodes of a ResNet-50', () => {
    const counts: Record<string, number> = {};
    for (const { opType } of model.graph.node) counts[opType] = (counts[opType] ?? 0) + 1;
    expect(counts).toEqual({ Conv: 53, Relu: 49, Add: 16, MaxPool: 1, GlobalAveragePool: 1, Flatten: 1, Gemm: 1 });
  });

  it('has the parameters of a ResNet-50', () => {
    const size = ({ dims }: { dims: readonly number[] }) => dims.reduce((product, each) => product * each, 1);
    const { initializer } = model.graph;
    const total = initializer.reduce((sum, tensor) => sum + size(tensor), 0);
    const convBiases = initializer
      .filter(({ name }) => name?.endsWith('.bias') && name !== 'fc.bias')
      .reduce((sum, tensor) => sum + size(tensor), 0);
    expect(convBiases).toBe(26_560);
    // torchvision counts 25,557,032: two a channel for batch norm, where folding leaves the one bias.
    expect(total).toBe(25_557_032 - convBiases);
    for (const tensor of initializer) expect(tensor.rawData?.byteLength, tensor.name).toBe(4 * size(tensor));
  });

  it('halves the picture in the 3x3 convolutions (v1.5)', () => {
    expect(halving(model.graph)).toEqual([
      'conv1',
      ...['layer2.0', 'layer3.0', 'layer4.0'].flatMap(block => [`${block}.conv2`, `${block}.downsample`]),
    ]);
  });

  it('has one float32 input and one output, with a free batch size', () => {
    const [input, output] = [...model.graph.input, ...model.graph.output];
    const tensor = (...dim: object[]) => ({ tensorType: { elemType: 1, shape: { dim } } });
    const sizes = [{ dimValue: 3 }, { dimValue: 224 }, { dimValue: 224 }];
    expect(input).toEqual({ name: 'input', type: tensor({ dimParam: 'N' }, ...sizes) });
    expect(output).toEqual({ name: 'logits', type: tensor({ dimParam: 'N' }, { dimValue: 1000 }) });
    expect(model.opsetImport).toEqual([{ version: 13 }]);
  });

  it('says in its first bytes what it is', () => {
    expect(model.producerName).toBe('resnet-bench');
    expect(Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value]))).toEqual({
      weights: 'synthetic',
      seed: '50',
      architecture: 'resnet50-v1.5',
    });
    expect(content.subarray(0, 200).includes('synthetic')).toBe(true);
  });
});

describe('the weights', () => {
  it('are the same bits on every machine', () => {
    expect(content.length).toBe(102_139_238);
    expect(sha256(content)).toBe(SHA256['v1.5']);
  });

  it('serve the v1 graph too, where the first 1x1 convolutions halve the picture', async () => {
    const v1 = join(await emptyFolder(), 'v1.onnx');
    await writeSyntheticModel(v1, { variant: 'v1' });
    const bytes = await readFile(v1);
    expect(halving(decodeModel(bytes).graph as Graph)).toContain('layer2.0.conv1');
    expect(sha256(bytes)).toBe(SHA256.v1);
    await rm(v1);
  });

  it('are finite, centred, and nowhere so small that arithmetic slows down', () => {
    for (const { name, rawData } of model.graph.initializer) {
      const values = new Float32Array(Uint8Array.from(rawData as Uint8Array).buffer);
      let sum = 0;
      let squares = 0;
      let odd = 0;
      for (const value of values) {
        sum += value;
        squares += value * value;
        if (!Number.isFinite(value) || (value !== 0 && Math.abs(value) < 2 ** -100)) odd++;
      }
      const deviation = Math.sqrt(squares / values.length);
      expect(odd, name).toBe(0);
      expect(deviation, name).toBeGreaterThan(0.01);
      expect(deviation, name).toBeLessThan(0.3);
      expect(Math.abs(sum / values.length), name).toBeLessThan(deviation / 1000);
    }
  });
});

describe('in onnxruntime', () => {
  /** Soft shapes with grain on them, from dark to bright, normalised as photographs are. */
  function picture(kind: number): Tensor {
    const values = new Float32Array(3 * 224 * 224);
    for (let at = 0; at < values.length; at++) {
      const [channel, y, x] = [Math.floor(at / 50176), Math.floor(at / 224) % 224, at % 224];
      const shape = Math.sin((x * (kind + 1) + channel * 40) / 37) + Math.cos((y + kind * 60) / (19 + 8 * kind));
      const grain = ((at * 7919 + kind * 104_729) % 101) / 101 - 0.5;
      values[at] = shape + 0.4 * grain + 0.3 * kind;
    }
    return new Tensor('float32', values, [1, 3, 224, 224]);
  }

  function softmax(logits: Float32Array): number[] {
    const top = Math.max(...logits);
    const powers = Array.from(logits, logit => Math.exp(logit - top));
    const sum = powers.reduce((total, power) => total + power, 0);
    return powers.map(power => power / sum);
  }

  it('answers like a network: neither sure of everything nor of nothing, and not alike for all pictures', async () => {
    const session = await InferenceSession.create(file);
    const winners = new Set<number>();
    for (let kind = 0; kind < 4; kind++) {
      const logits = (await session.run({ input: picture(kind) })).logits?.data as Float32Array;
      expect(logits).toHaveLength(1000);
      expect(logits.every(Number.isFinite)).toBe(true);
      const probabilities = softmax(logits);
      const best = Math.max(...probabilities);
      expect(best).toBeGreaterThan(0.01);
      expect(best).toBeLessThan(0.95);
      winners.add(probabilities.indexOf(best));
    }
    expect(winners.size).toBeGreaterThan(1);
    await session.release();
  });

  it('takes a batch', async () => {
    const session = await InferenceSession.create(file);
    const one = picture(0);
    const two = new Tensor('float32', Float32Array.from([...one.data, ...one.data] as number[]), [2, 3, 224, 224]);
    expect((await session.run({ input: two })).logits?.dims).toEqual([2, 1000]);
    await session.release();
  });
});

describe('the file', () => {
  it('never stands under its name before it is whole, and an abort leaves nothing', async () => {
    const folder = await emptyFolder();
    const abort = new AbortController();
    const writing = writeSyntheticModel(join(folder, 'model.onnx'), { signal: abort.signal });
    const settled = expect(writing).rejects.toThrow(/stopped/);
    let seen: string[] = [];
    while (seen.length === 0) seen = await readdir(folder);
    abort.abort(new Error('stopped by the test'));
    await settled;
    expect(seen).toEqual([expect.stringMatching(/^model\.onnx\..+\.partial$/)]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is not begun when the signal has aborted before', async () => {
    const folder = await emptyFolder();
    const writing = writeSyntheticModel(join(folder, 'deeper', 'model.onnx'), { signal: AbortSignal.abort() });
    await expect(writing).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(await readdir(folder)).toEqual([]);
  });

  it('may be written by two at once', async () => {
    const folder = await emptyFolder();
    const target = join(folder, 'model.onnx');
    await Promise.all([writeSyntheticModel(target), writeSyntheticModel(target)]);
    expect(await readdir(folder)).toEqual(['model.onnx']);
    expect(sha256(await readFile(target))).toBe(SHA256['v1.5']);
    await rm(target);
  });

  it('replaces what a name held', async () => {
    const target = join(await emptyFolder(), 'model.onnx');
    await writeFile(target, 'half a download');
    await writeSyntheticModel(target);
    expect((await readFile(target)).length).toBe(content.length);
    await rm(target);
  });

  it('is a SetupError with a hint where it cannot be, and leaves nothing there', async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, 'plain'), '');
    await mkdir(join(folder, 'taken'));
    for (const name of ['plain/model.onnx', 'taken']) {
      const error = await writeSyntheticModel(join(folder, name)).catch(thrown => thrown);
      expect(error).toBeInstanceOf(SetupError);
      expect(error.message).toContain(name);
      expect(error.hint).toContain('--model');
    }
    expect((await readdir(folder)).sort()).toEqual(['plain', 'taken']);
  });

  it('is a SetupError in /proc too, where making folders is refused in an odd way', async ctx => {
    if (process.platform !== 'linux') ctx.skip('only Linux has /proc');
    await expect(writeSyntheticModel('/proc/none/deeper/model.onnx')).rejects.toThrow(SetupError);
  });
});
