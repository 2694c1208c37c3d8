/** The model that tests run: the one that RESNET_BENCH_MODEL names, else a synthetic one. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { ModelInfo } from '../src/core/record.ts';
import { inspectModel } from '../src/models/inspect.ts';
import { writeSyntheticModel } from '../src/models/synthetic.ts';

export interface TestModel {
  readonly file: string;
  readonly info: ModelInfo;
}

/** The files that decide which bytes the synthetic model has. */
const WRITERS = ['synthetic.ts', 'resnet50-graph.ts', 'seeded-weights.ts', 'onnx.ts'];

/** Written once, 102 MB, and kept between runs of the suite; a change of its writers makes another file. Safe when two workers ask at once. */
export async function testModel(): Promise<TestModel> {
  const { RESNET_BENCH_MODEL: named } = process.env;
  const file = named ? resolve(named) : join(tmpdir(), `resnet-bench-test-synthetic-${writersHash()}.onnx`);
  if (!named && !existsSync(file)) await writeSyntheticModel(file);
  const { sha256, precision, weights } = await inspectModel(file);
  return { file, info: { name: basename(file, '.onnx'), sha256, precision, weights } };
}

function writersHash(): string {
  const hash = createHash('sha256');
  for (const name of WRITERS) hash.update(readFileSync(new URL(`../src/models/${name}`, import.meta.url)));
  return hash.digest('hex').slice(0, 16);
}
