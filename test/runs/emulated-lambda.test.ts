/** The whole way: our handler in an environment of the emulator, asked over HTTP, as a runner that keeps the contract. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Image } from '../../src/core/image.ts';
import type { Prediction } from '../../src/core/record.ts';
import type { Inference, Runner } from '../../src/core/runner.ts';
import { inspectModel } from '../../src/models/inspect.ts';
import { LocalRunner } from '../../src/runners/local.ts';
import type { ChosenModel } from '../../src/runs/choose-model.ts';
import { type EmulatedLambdaOptions, EmulatedLambdaRunner } from '../../src/runs/emulated-lambda.ts';
import { loadImages } from '../../src/runs/load-images.ts';
import { until } from '../emulator/harness.ts';
import { testModel } from '../model.ts';
import { describeRunner } from '../runners/contract.ts';
import { needShared, PHOTOGRAPHS, sharedPath } from '../shared.ts';

const signal = new AbortController().signal;
const fixturePath = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const DEFAULTS = {
  preprocess: 'torchvision',
  memoryMb: 1024,
  timeoutMs: 60_000,
  functionTimeoutMs: 60_000,
  concurrency: 2,
  idleTimeoutMs: 60_000,
  proactive: 0,
  connection: 'keep',
  frontDoor: 'url',
  traceLayout: 'old',
  traceDelayMs: 0,
  shares: { limits: false, cpuPeriodMs: 20, initBoost: false },
  evidence: { traces: false, logs: false, traceAttempts: 1 },
} as const;

let model: ChosenModel;
let images: Image[];
beforeAll(async () => {
  model = await testModel();
  const names = ['images/oranges.jpg', 'images/daisy.png', 'odd/grey.jpg', 'broken/truncated.jpg'];
  images = await loadImages(names.map(fixturePath));
});

describeRunner('lambda on the emulator', {
  create: () => new EmulatedLambdaRunner({ ...DEFAULTS, model, images }),
  createFailing: () => new EmulatedLambdaRunner({ ...DEFAULTS, memoryMb: 1, model, images }),
  classifies: true,
});

describe('the emulated function', () => {
  let runner: EmulatedLambdaRunner;
  afterEach(() => runner.stop());

  const start = async (options: Partial<EmulatedLambdaOptions> = {}) => {
    runner = new EmulatedLambdaRunner({ ...DEFAULTS, ...options, model, images });
    return runner.start(signal);
  };

  it('says that it is emulated, and with what', async () => {
    expect(await start()).toMatchObject({
      emulated: true,
      frontDoor: 'url',
      memoryMb: 1024,
      cpuShare: 'unlimited',
      model: model.info,
    });
  });

  it('in one run: cold, then warm; cold when killed; two for two calls at once; cold after the idle timeout', async () => {
    await start({ idleTimeoutMs: 4_000 });
    const call = () => runner.infer(images[0]!, signal);
    const environments = async () => (await runner.emulator!.environments()).environments;
    const [first, second, third] = [await call(), await call(), await call()];
    expect([first, second, third].map(({ start: kind }) => kind)).toEqual(['cold', 'warm', 'warm']);
    expect(new Set([first, second, third].map(({ environmentId }) => environmentId)).size).toBe(1);

    const [only] = await environments();
    process.kill(only!.pid!, 'SIGKILL');
    await until(async () => !(await environments()).some(({ id }) => id === only!.id));
    const afterKill = await call();
    expect(afterKill.start).toBe('cold');

    const both = await Promise.all([call(), call()]);
    expect(both.map(({ start: kind }) => kind).sort()).toEqual(['cold', 'warm']);
    expect(new Set(both.map(({ environmentId }) => environmentId)).size).toBe(2);
    expect(await environments()).toHaveLength(2);

    await until(async () => (await environments()).length === 0, 20_000);
    const afterIdle = await call();
    expect(afterIdle.start).toBe('cold');
    const seen = [first, afterKill, ...both, afterIdle].map(({ environmentId }) => environmentId);
    expect(new Set(seen).size).toBe(4);
  });

  it('made ahead of any call is proactive, once', async () => {
    await start({ proactive: 1 });
    const calls = [await runner.infer(images[0]!, signal), await runner.infer(images[0]!, signal)];
    expect(calls.map(({ start: kind }) => kind)).toEqual(['proactive', 'warm']);
    expect(calls[0]!.timings.initMs).toBeGreaterThan(0);
  });
});

describe('local and Lambda agree on every photograph, to two decimals of a percent', () => {
  it.for(['resnet50-int8w.onnx', 'resnet50-qdq.onnx'])('%s', async (file, ctx) => {
    needShared(ctx, `models/${file}`);
    const path = resolve(sharedPath(`models/${file}`));
    const info = await inspectModel(path);
    const chosen: ChosenModel = { file: path, info: { name: file, ...pick(info) } };
    const photographs = await loadImages(PHOTOGRAPHS.map(name => sharedPath(`images/${name}`)));
    const local = await answers(
      new LocalRunner({ modelFile: path, model: chosen.info, threads: 1, preprocess: 'torchvision' }),
      photographs,
    );
    const lambda = await answers(
      new EmulatedLambdaRunner({ ...DEFAULTS, model: chosen, images: photographs }),
      photographs,
    );
    expect(lambda.map(asShown)).toEqual(local.map(asShown));
  });
});

function pick({ sha256, precision, weights }: Awaited<ReturnType<typeof inspectModel>>) {
  return { sha256, precision, weights };
}

async function answers(runner: Runner, photographs: readonly Image[]): Promise<Inference[]> {
  try {
    await runner.start(signal);
    const inferences: Inference[] = [];
    for (const photograph of photographs) inferences.push(await runner.infer(photograph, signal));
    return inferences;
  } finally {
    await runner.stop();
  }
}

function asShown({ predictions }: Inference) {
  return predictions.map(({ classId, probability }: Prediction) => [classId, (probability * 100).toFixed(2)]);
}
