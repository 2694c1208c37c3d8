/** The function's variables: what each does, what stands in for it, what is refused. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SetupError } from '../../src/core/errors.ts';
import { optionsFrom } from '../../src/handler/config.ts';

const SHA256 = 'ab'.repeat(32);
let taskRoot: string;

beforeAll(async () => {
  taskRoot = await mkdtemp(join(tmpdir(), 'resnet-bench-config-'));
  await writeFile(join(taskRoot, 'described.json'), JSON.stringify({ name: 'resnet50-v1-12', sha256: SHA256 }));
  await writeFile(join(taskRoot, 'broken.json'), 'null');
});
afterAll(() => rm(taskRoot, { recursive: true, force: true }));

const options = (env: Record<string, string>) => optionsFrom({ LAMBDA_TASK_ROOT: taskRoot, ...env });

describe('without any variable', () => {
  it('is the model in the task root, as torchvision, with what Lambda says', () => {
    const lambda = {
      AWS_LAMBDA_FUNCTION_NAME: 'classify',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
      AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
    };
    expect(options(lambda)).toEqual({
      modelFile: join(taskRoot, 'model.onnx'),
      model: { name: 'model' },
      threads: 1,
      threadsBy: '0.58 CPU of 1024 MB',
      preprocess: 'torchvision',
      memoryMb: 1024,
      functionName: 'classify',
      logStreamName: 'stream',
    });
  });

  it('outside Lambda is the model in the current folder', () => {
    expect(optionsFrom({})).toMatchObject({ modelFile: resolve('model.onnx'), memoryMb: undefined });
  });

  it('empty ones count as unset', () => {
    const empty = { RESNET_BENCH_MODEL_FILE: '', RESNET_BENCH_THREADS: '', RESNET_BENCH_PREPROCESS: '' };
    expect(options(empty)).toEqual(options({}));
  });
});

describe('the model', () => {
  it('is described by the file beside it', () => {
    const { modelFile, model } = options({ RESNET_BENCH_MODEL_FILE: 'described.onnx' });
    expect(modelFile).toBe(join(taskRoot, 'described.onnx'));
    expect(model).toEqual({ name: 'resnet50-v1-12', sha256: SHA256 });
  });

  it('that was made of another has the name and hash of that one, and says so', async () => {
    const described = { name: 'resnet50-v1-12', sha256: SHA256, prepared: 'onnxruntime 1.30.0, basic, weights apart' };
    await writeFile(join(taskRoot, 'prepared.json'), JSON.stringify({ ...described, other: 1 }));
    expect(options({ RESNET_BENCH_MODEL_FILE: join(taskRoot, 'prepared.onnx') }).model).toEqual(described);
  });

  it('is described by variables first', () => {
    const env = { RESNET_BENCH_MODEL_NAME: 'mine', RESNET_BENCH_MODEL_SHA256: 'CD'.repeat(32) };
    const { model } = options({ RESNET_BENCH_MODEL_FILE: join(taskRoot, 'described.onnx'), ...env });
    expect(model).toEqual({ name: 'mine', sha256: 'cd'.repeat(32) });
  });

  it('without a description has the name of its file and no hash', () => {
    expect(options({ RESNET_BENCH_MODEL_FILE: '/elsewhere/plain.onnx' }).model).toEqual({ name: 'plain' });
  });
});

describe('threads', () => {
  it('are those that its memory pays for, and say so', () => {
    const { threads, threadsBy } = options({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024' });
    expect([threads, threadsBy]).toEqual([1, '0.58 CPU of 1024 MB']);
  });

  it('are those of the variable, and say so', () => {
    const { threads, threadsBy } = options({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024', RESNET_BENCH_THREADS: '2' });
    expect([threads, threadsBy]).toEqual([2, 'asked']);
  });
});

describe('what cannot be is refused', () => {
  it.each([
    ['RESNET_BENCH_THREADS', '0'],
    ['RESNET_BENCH_THREADS', 'two'],
    ['RESNET_BENCH_THREADS', '1.5'],
    ['RESNET_BENCH_PREPROCESS', 'slow'],
    ['RESNET_BENCH_MODEL_SHA256', 'abc'],
    ['RESNET_BENCH_MODEL_FILE', 'broken.onnx'],
  ])('%s=%s', (name, value) => {
    expect(() => options({ [name]: value })).toThrow(SetupError);
  });
});
