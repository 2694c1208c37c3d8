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
import { EmulatedLambdaRunner } from '../../src/runs/emulated-lambda.ts';
import { loadImages } from '../../src/runs/load-images.ts';
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

  const start = async (options: Partial<typeof DEFAULTS> | { proactive: number } = {}) => {
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

  it('is cold again when its environment was ended, and names another', async () => {
    await start();
    const first = await runner.infer(images[0]!, signal);
    const second = await runner.infer(images[0]!, signal);
    expect([first.start, second.start]).toEqual(['cold', 'warm']);
    expect(second.environmentId).toBe(first.environmentId);
    expect(await runner.emulator!.endIdleEnvironments()).toBe(1);
    const third = await runner.infer(images[0]!, signal);
    expect(third.start).toBe('cold');
    expect(third.environmentId).not.toBe(first.environmentId);
  });

  it('makes a second environment for a second call at once', async () => {
    await start();
    const both = await Promise.all([runner.infer(images[0]!, signal), runner.infer(images[0]!, signal)]);
    expect(new Set(both.map(({ environmentId }) => environmentId)).size).toBe(2);
    expect(both.map(({ start: kind }) => kind)).toEqual(['cold', 'cold']);
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
