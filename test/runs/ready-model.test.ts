/** The model that the emulated function loads: prepared once, kept whole, and the model itself where that cannot be. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createSession } from '../../src/classifier/session.ts';
import type { ChosenModel } from '../../src/runs/choose-model.ts';
import { ownMark } from '../../src/runs/living-process.ts';
import { readyModel } from '../../src/runs/ready-model.ts';
import { smallModel } from '../cli/program.ts';

const { signal: never } = new AbortController();
let folder: string;
let model: ChosenModel;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resnet-bench-ready-'));
  const [file, bytes] = [join(folder, 'small.onnx'), smallModel()];
  await writeFile(file, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  model = { file, info: { name: 'small', sha256, precision: 'float32', weights: 'trained' } };
  vi.stubEnv('RESNET_BENCH_MODELS_DIR', join(folder, 'models'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const preparedIn = () => readdir(join(folder, 'models', 'prepared'));

it('is prepared once, and named by the model that it was made of', async () => {
  const first = await readyModel(model, never);
  expect(first.info).toEqual({
    ...model.info,
    prepared: expect.stringMatching(/^onnxruntime [\d.]+, basic, weights apart$/),
  });
  expect(first.file).not.toBe(model.file);
  const { mtimeMs } = await stat(first.file);
  expect(await readyModel(model, never)).toEqual(first);
  expect((await stat(first.file)).mtimeMs).toBe(mtimeMs);
  expect(await preparedIn()).toEqual([expect.stringContaining(model.info.sha256)]);
  // What the function itself reads beside it.
  expect(JSON.parse(await readFile(join(dirname(first.file), 'model.json'), 'utf8'))).toMatchObject({
    ...{ name: 'small', sha256: model.info.sha256, prepared: first.info.prepared },
  });
});

it('gives the answers of the model', async () => {
  const input = Float32Array.from({ length: 150_528 }, (_, i) => (i % 255) / 100 - 1);
  const answers = [];
  for (const { file } of [model, await readyModel(model, never)]) {
    const session = await createSession(file, 1);
    answers.push(await session.run(input));
    await session.release();
  }
  expect(answers[1]).toEqual(answers[0]);
});

it.each<[string, (file: string, bytes: Buffer) => Promise<void>]>([
  ['not whole', file => truncate(file, 100)],
  ['other than it was, of the same length', (file, bytes) => writeFile(file, bytes.fill(0, bytes.length / 2))],
])('is made anew when what was kept is %s', async (_, spoil) => {
  const { file } = await readyModel(model, never);
  const bytes = await readFile(file);
  await spoil(file, Buffer.from(bytes));
  expect((await readyModel(model, never)).file).toBe(file);
  expect((await readFile(file)).equals(bytes)).toBe(true);
});

it('does not hang on what NODE_OPTIONS say', async () => {
  vi.stubEnv('NODE_OPTIONS', `--import data:text/javascript,console.log('hello')`);
  expect((await readyModel(model, never)).info.prepared).toBeDefined();
});

it('two at once get the same, and leave nothing half made', async () => {
  const [one, other] = await Promise.all([readyModel(model, never), readyModel(model, never)]);
  expect(one).toEqual(other);
  expect(one.info.prepared).toBeDefined();
  expect(await preparedIn()).toHaveLength(1);
});

it('clears what one that was killed has left, and nothing of one that lives', async () => {
  const { pid: gone = 0 } = spawnSync(process.execPath, ['-e', '0']);
  const drafts = [gone, process.pid].map(pid => `${model.info.sha256}.partial-${pid}-${ownMark().start}-abcdef`);
  const longAgo = new Date(Date.now() - 3_600_000);
  for (const name of drafts) {
    await mkdir(join(folder, 'models', 'prepared', name), { recursive: true });
    await utimes(join(folder, 'models', 'prepared', name), longAgo, longAgo);
  }
  await readyModel(model, never);
  const left = (await preparedIn()).filter(name => name.includes('.partial-'));
  expect(left).toEqual([drafts[1]]);
});

it('is the model itself where nothing can be kept, or the runtime makes nothing of it, and says why', async () => {
  await writeFile(join(folder, 'models'), 'no folder');
  expect(await readyModel(model, never)).toEqual({ ...model, unprepared: expect.stringMatching(/^E(NOTDIR|EXIST)/) });
  await rm(join(folder, 'models'));
  await writeFile(model.file, 'no model');
  const undone = await readyModel(model, never);
  expect(undone).toEqual({ ...model, unprepared: expect.stringContaining('small.onnx failed') });
  expect(await preparedIn()).toEqual([]);
});

it('ends with the reason of whoever waits no more', async () => {
  const reason = new Error('enough');
  await expect(readyModel(model, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(await preparedIn()).toEqual([]);
});
