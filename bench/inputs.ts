/** What the benchmarks work on: the shared photographs and model where they lie beside the checkout, else the project's own. */
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveModel } from '../src/models/resolve.ts';

const shared = fileURLToPath(new URL('../../shared/', import.meta.url));
const fixtures = fileURLToPath(new URL('../fixtures/images/', import.meta.url));

export function pictures(): string[] {
  const folder = existsSync(join(shared, 'images')) ? join(shared, 'images') : fixtures;
  return readdirSync(folder)
    .filter(name => /\.(jpg|png)$/.test(name))
    .map(name => join(folder, name));
}

/** RESNET_BENCH_MODEL or the shared trained model; undefined when there is neither. */
export function trainedModelFile(): string | undefined {
  const file = process.env.RESNET_BENCH_MODEL ?? join(shared, 'models/resnet50-int8w.onnx');
  return existsSync(file) ? file : undefined;
}

/** The same network in int8; undefined where it does not lie beside the checkout. */
export function quantisedModelFile(): string | undefined {
  const file = join(shared, 'models/resnet50-qdq.onnx');
  return existsSync(file) ? file : undefined;
}

/** A trained model, or a synthetic one kept in the temporary folder. */
export async function modelFile(): Promise<string> {
  const modelsDir = join(tmpdir(), 'resnet-bench-models');
  const signal = new AbortController().signal;
  return trainedModelFile() ?? (await resolveModel('synthetic', { signal, modelsDir })).file;
}
