/** The null, the local and the lambda runner keep the contract; and what only the local one can show. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { QueryError } from '../../src/core/errors.ts';
import type { Image } from '../../src/core/image.ts';
import { createHandler, type Handler } from '../../src/handler/handler.ts';
import { LambdaRunner, LocalRunner, NullRunner } from '../../src/runners/index.ts';
import { loadImages } from '../../src/runs/load-images.ts';
import { urlEvent } from '../handler/events.ts';
import { type TestModel, testModel } from '../model.ts';
import { needShared, sharedPath } from '../shared.ts';
import { describeRunner } from './contract.ts';
import { startServer, type TestServer } from './fault-server.ts';

const fixturePath = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));

let model: TestModel;
beforeAll(async () => {
  model = await testModel();
});

const localRunner = () =>
  new LocalRunner({ modelFile: model.file, model: model.info, threads: 2, preprocess: 'torchvision' });

describeRunner('null', { create: () => new NullRunner({ delayMs: 0 }), classifies: false });
describeRunner('waiting null', { create: () => new NullRunner({ delayMs: 1 }), classifies: false });
describeRunner('local', {
  create: localRunner,
  createFailing: () =>
    new LocalRunner({
      modelFile: fixturePath('broken/text.jpg'),
      model: { name: 'text', sha256: '', precision: 'float32', weights: 'trained' },
      threads: 1,
      preprocess: 'torchvision',
    }),
  classifies: true,
});

const functions: TestServer[] = [];
afterAll(() => Promise.all(functions.map(server => server.close())));

/** Our handler behind an address, its environment made at the first call: each one has a cold start of its own. */
async function startFunction(): Promise<string> {
  let handler: Promise<Handler> | undefined;
  const server = await startServer(async ({ body }, response) => {
    handler ??= createHandler({ modelFile: model.file, model: model.info, threads: 2, preprocess: 'torchvision' });
    const answer = await (await handler)(urlEvent(body));
    response.writeHead(answer.statusCode, answer.headers).end(answer.body);
  });
  functions.push(server);
  return server.url;
}

const lambdaRunner = async () =>
  new LambdaRunner({
    url: await startFunction(),
    timeoutMs: 60_000,
    connection: 'keep',
    images: await loadImages(
      ['images/oranges.jpg', 'images/daisy.png', 'odd/grey.jpg', 'broken/truncated.jpg'].map(fixturePath),
    ),
  });

describeRunner('lambda', {
  create: lambdaRunner,
  createFailing: () => new LambdaRunner({ url: 'ftp://host', timeoutMs: 1, connection: 'keep', images: [] }),
  classifies: true,
});

describe('the local runner', () => {
  let runner: LocalRunner;
  let good: Image;
  let broken: Image;

  beforeAll(async () => {
    [good, broken] = (await loadImages(['images/oranges.jpg', 'broken/truncated.jpg'].map(fixturePath))) as [
      Image,
      Image,
    ];
  });
  afterEach(() => runner?.stop());

  it('keeps its cold start for the first call that is answered', async () => {
    runner = localRunner();
    await runner.start();
    for (let call = 0; call < 2; call++) await expect(runner.infer(broken)).rejects.toThrow(QueryError);
    const first = await runner.infer(good);
    expect(first.start).toBe('cold');
    expect(first.timings.initMs).toBeGreaterThan(0);
    expect((await runner.infer(good)).start).toBe('warm');
  });

  it('tells the initialisation with the cold call and with no other', async () => {
    runner = localRunner();
    await runner.start();
    const answers = [await runner.infer(good), await runner.infer(good), await runner.infer(good)];
    expect(answers.map(({ timings }) => 'initMs' in timings)).toEqual([true, false, false]);
  });

  it('is cold again when it is started again', async () => {
    runner = localRunner();
    await runner.start();
    await runner.infer(good);
    await runner.stop();
    await runner.start();
    expect((await runner.infer(good)).start).toBe('cold');
  });

  it('tells model, threads, preprocessing and memory', async () => {
    runner = localRunner();
    const info = await runner.start();
    expect(info).toMatchObject({ model: model.info, threads: 2, preprocess: 'torchvision', emulated: false });
    expect(info.startRssMb).toBeGreaterThan(0);
    const { memory, cpu } = await runner.infer(good);
    // MB, not bytes or kilobytes: Node alone takes tens, and no test machine has a terabyte.
    for (const mb of [info.startRssMb, info.loadedRssMb, memory?.usedMb, memory?.peakRssMb]) {
      expect(mb).toBeGreaterThan(20);
      expect(mb).toBeLessThan(1e6);
    }
    expect(cpu!.userMs + cpu!.systemMs).toBeGreaterThan(0);
  });

  it('does not answer before it is started or after it is stopped', async () => {
    runner = localRunner();
    await expect(runner.infer(good)).rejects.toThrow('before start');
    await runner.start();
    await runner.stop();
    await expect(runner.infer(good)).rejects.toThrow();
  });

  it('sees the beagle', async ctx => {
    needShared(ctx, 'models/resnet50-int8w.onnx', 'images/dog.jpg', 'images/expected.json');
    const { top5 } = JSON.parse(await readFile(sharedPath('images/expected.json'), 'utf8'));
    const modelFile = sharedPath('models/resnet50-int8w.onnx');
    runner = new LocalRunner({ modelFile, model: model.info, threads: 1, preprocess: 'torchvision' });
    await runner.start();
    const { predictions } = await runner.infer((await loadImages([sharedPath('images/dog.jpg')]))[0]!);
    expect(predictions.map(({ label }) => label)).toEqual(top5['dog.jpg'].map(({ label }: { label: string }) => label));
  });
});

describe('the null runner', () => {
  it('knows no time and takes none of the picture', async () => {
    const runner = new NullRunner({ delayMs: 0 });
    await runner.start();
    expect(await runner.infer()).toEqual({ predictions: [], timings: {}, start: 'cold' });
    expect(await runner.infer()).toEqual({ predictions: [], timings: {}, start: 'warm' });
  });
});
