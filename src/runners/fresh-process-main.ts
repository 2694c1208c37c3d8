/** Program of a process that answers one query and ends. On stdin: an order as a line of JSON, then the picture; on stdout: the answer as a line of JSON. */
import { writeSync } from 'node:fs';
import type { PreprocessMode } from '../core/preprocess-mode.ts';
import type { Prediction, Sample, Timings } from '../core/record.ts';

const codeStartMs = performance.now();

export interface OneCallOrder {
  readonly modelFile: string;
  readonly threads: number;
  readonly preprocess: PreprocessMode;
  /** Length of the picture. */
  readonly bytes: number;
}

export type OneCallAnswer =
  | {
      readonly predictions: Prediction[];
      readonly timings: Timings;
      readonly memory: Sample['memory'];
      readonly cpu: NonNullable<Sample['cpu']>;
    }
  | { readonly setup: { readonly message: string; readonly hint: string } }
  | { readonly failed: { readonly kind: string; readonly message: string } };

const STDOUT = 1;
const MB = 1024 * 1024;

// Only now, so that what loading the libraries takes can be told.
const [{ createClassifier }, { peakRssMb }, { QueryError, SetupError }] = await Promise.all([
  import('../classifier/classify.ts'),
  import('../classifier/peak-memory.ts'),
  import('../core/errors.ts'),
]);
const importedMs = performance.now();
writeSync(STDOUT, `${JSON.stringify(await answer())}\n`);
// The runtime's threads would be waited for.
process.exit(0);

async function answer(): Promise<OneCallAnswer> {
  try {
    const { order, picture } = await readOrder();
    const orderedMs = performance.now();
    const classifier = await createClassifier(order);
    const readyMs = performance.now();
    const cpuBefore = process.cpuUsage();
    const { predictions, timings } = await classifier.classify(picture);
    const handlerMs = performance.now() - readyMs;
    const { user, system } = process.cpuUsage(cpuBefore);
    return {
      predictions,
      timings: {
        ...timings,
        handlerMs,
        initMs: readyMs,
        runtimeStartMs: codeStartMs,
        importsMs: importedMs - codeStartMs,
        sessionMs: readyMs - orderedMs,
      },
      memory: { usedMb: process.memoryUsage.rss() / MB, peakRssMb: peakRssMb() },
      cpu: { userMs: user / 1_000, systemMs: system / 1_000 },
    };
  } catch (thrown) {
    if (thrown instanceof SetupError) return { setup: { message: thrown.message, hint: thrown.hint } };
    if (thrown instanceof QueryError) return { failed: { kind: thrown.kind, message: thrown.message } };
    throw thrown;
  }
}

async function readOrder(): Promise<{ order: OneCallOrder; picture: Buffer }> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  const all = Buffer.concat(pieces);
  const end = all.indexOf('\n');
  const order = JSON.parse(all.subarray(0, end).toString('utf8')) as OneCallOrder;
  const picture = all.subarray(end + 1);
  if (picture.length !== order.bytes) throw new Error(`${picture.length} bytes of a picture of ${order.bytes}`);
  return { order, picture };
}
