/** How near inference is to what the processor can do: a picture's operations at the speed of a large matrix product, run by the same runtime. */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { INPUT_LENGTH } from '../src/classifier/preprocess.ts';
import { DATA_TYPE, encodeModel } from '../src/models/onnx.ts';
import { modelFile, quantisedModelFile } from './inputs.ts';
import { heading, line, say } from './print.ts';
import { type Contender, type Effort, sideBySide, timed } from './side-by-side.ts';

/** Multiplications and additions of one picture: twice 4.09 G (ResNet-50 v1.5), as papers count. */
const PICTURE_GFLOP = 8.2;
/** Of the square factors: large enough that their edges do not count. */
const SIDE = 1_536;
const PRODUCT_GFLOP = (2 * SIDE ** 3) / 1e9;
const EFFORT: Effort = { rounds: 12, callsPerRound: 6, warmup: 2 };

export async function benchFloor(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'resnet-bench-floor-'));
  try {
    const product = join(folder, 'product.onnx');
    writeFileSync(product, productModel());
    for (const threads of new Set([availableParallelism(), 1])) {
      heading(
        `the floor, ${threads} thread${threads === 1 ? '' : 's'}: ${PICTURE_GFLOP} GFLOP a picture at the speed of a float32 product of ${SIDE} x ${SIDE}`,
      );
      const floor = running('floor', product, threads, [SIDE, SIDE], PICTURE_GFLOP / PRODUCT_GFLOP);
      for (const file of [await modelFile(), quantisedModelFile()]) {
        if (file === undefined) continue;
        const network = running(basename(file), file, threads, [1, 3, 224, 224], 1, INPUT_LENGTH);
        const comparison = await sideBySide(network, floor, EFFORT);
        line(`${basename(file)} / floor`, comparison);
        say(`  ${(PICTURE_GFLOP / (comparison.baseline / 1_000)).toFixed(0)} GFLOP/s of the product`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The product of its input with a constant, which the runtime packs ahead as it does with a network's weights. */
function productModel(): Uint8Array {
  const shape = { dim: [{ dimValue: SIDE }, { dimValue: SIDE }] };
  const value = (name: string) => ({ name, type: { tensorType: { elemType: DATA_TYPE.float32, shape } } });
  const factor = Float32Array.from({ length: SIDE * SIDE }, (_, i) => Math.cos(i));
  return encodeModel({
    irVersion: 8,
    graph: {
      name: 'product',
      node: [{ opType: 'MatMul', input: ['a', 'b'], output: ['c'], attribute: [] }],
      initializer: [
        { name: 'b', dims: [SIDE, SIDE], dataType: DATA_TYPE.float32, rawData: new Uint8Array(factor.buffer) },
      ],
      input: [value('a')],
      output: [value('c')],
    },
    opsetImport: [{ domain: '', version: 13 }],
    metadataProps: [],
  });
}

/** A session of its own each round, since two at once spin against each other. Its times are multiplied by `factor`. */
function running(
  name: string,
  file: string,
  threads: number,
  shape: readonly number[],
  factor: number,
  length = SIDE * SIDE,
): Contender {
  const values = Float32Array.from({ length }, (_, i) => Math.sin(i));
  return {
    name,
    async round(calls) {
      const session = await InferenceSession.create(file, { intraOpNumThreads: threads, logSeverityLevel: 4 });
      const feeds = { [session.inputNames[0]!]: new Tensor('float32', values, shape) };
      const times: number[] = [];
      for (let call = 0; call < 2 + calls; call += 1) times.push(factor * (await timed(() => session.run(feeds))));
      await session.release();
      return times.slice(2);
    },
  };
}
