/** The handler under AWS's own runtime client, against the same Runtime API that the bootstrap is tested with. */
import { beforeAll, expect, it, type TestContext } from 'vitest';
import { startEmulator } from '../../src/emulator/start.ts';
import { fixture } from '../classifier/pictures.ts';
import { smallClassifier } from '../classifier/small-models.ts';
import { ENVIRONMENT_ID, type Environment, TSX } from './environment.ts';
import { imageBody, urlEvent } from './events.ts';
import { failingClassifier } from './failing-model.ts';
import { installRic, type Ric } from './ric.ts';
import { useRuntime } from './runtime.ts';

/** About a minute on two idle cores. */
const INSTALL_TIMEOUT_MS = 10 * 60_000;

const ENTRY = new URL('../../src/handler/index.ts', import.meta.url).href;
const runtime = useRuntime({
  'index.mjs': `export { handler } from ${JSON.stringify(ENTRY)};\n`,
  'model.onnx': smallClassifier(),
  'failing.onnx': failingClassifier(),
});

let ric: Ric;
beforeAll(async () => {
  ric = await installRic();
  if ('missing' in ric) console.warn(`skipped: ${ric.missing}`);
}, INSTALL_TIMEOUT_MS);

function start(ctx: TestContext, env: Record<string, string> = {}): Environment {
  if ('missing' in ric) return ctx.skip(ric.missing);
  const args = [...TSX, ric.program, 'index.handler'];
  return runtime.start(args, { _HANDLER: 'index.handler', ...env }, { cwd: runtime.taskRoot });
}

it('answers one call after the other', async ctx => {
  const { ended, kill } = start(ctx);
  const event = urlEvent(JSON.stringify(imageBody(await fixture('odd/baseline.jpg'))));
  const trace = 'Root=1-6ab12c0d-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1';
  const { call, body } = await runtime.server.invoke(event, { 'Lambda-Runtime-Trace-Id': trace });
  const { statusCode, headers, body: inner } = JSON.parse(body);
  expect(statusCode).toBe(200);
  expect(headers).toEqual({ 'content-type': 'application/json', 'Access-Control-Allow-Origin': '*' });
  const first = JSON.parse(inner);
  expect(first).toMatchObject({
    request_id: call.split('/')[2],
    trace_header: trace,
    cold_start: true,
    environment_id: ENVIRONMENT_ID,
    model: { name: 'model' },
    runtime: { threads: 1, memory_mb: 1024 },
  });
  expect(first.predictions).toHaveLength(5);

  const refused = JSON.parse((await runtime.server.invoke(urlEvent('{"image": "?"}'))).body);
  expect(refused).toMatchObject({ statusCode: 400, body: '{"error":"\\"image\\" is not base64"}' });

  const plain = JSON.parse((await runtime.server.invoke(imageBody(await fixture('odd/baseline.jpg')))).body);
  expect(JSON.parse(plain.body)).toMatchObject({ cold_start: false, predictions: first.predictions });

  kill();
  const metrics = (await ended).stdout.split('\n').filter(line => line.startsWith('{"_aws"'));
  expect(metrics.map(line => JSON.parse(line).ColdStart)).toEqual([1, 0, 0]);
});

it('keeps its metrics in one piece where logs are JSON', async ctx => {
  const { ended, kill } = start(ctx, { AWS_LAMBDA_LOG_FORMAT: 'JSON' });
  await runtime.server.invoke({});
  kill();
  expect((await ended).stdout).toMatch(/^\{"_aws":.*"FunctionName":"classify".*\}$/m);
});

it('logs an error as one line and serves the next', async ctx => {
  const { ended, kill } = start(ctx, { RESNET_BENCH_MODEL_FILE: 'failing.onnx' });
  const event = imageBody(await fixture('odd/baseline.jpg'));
  const answers = [await runtime.server.invoke(event), await runtime.server.invoke(event)];
  for (const { body } of answers) expect(JSON.parse(body)).toMatchObject({ statusCode: 500 });
  kill();
  const events = (await ended).stderr
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  expect(events.map(({ requestId }) => requestId)).toEqual(answers.map(({ call }) => call.split('/')[2]));
});

it('has its failure at init reported', async ctx => {
  const { ended } = start(ctx, { RESNET_BENCH_MODEL_FILE: 'absent.onnx' });
  const { body } = await runtime.server.received(/init\/error/);
  expect(JSON.parse(body)).toMatchObject({ errorType: 'SetupError', errorMessage: expect.stringContaining('absent') });
  expect((await ended).code).not.toBe(0);
});

it('runs on the emulator as on AWS, frozen between the calls', async ctx => {
  if ('missing' in ric) return ctx.skip(ric.missing);
  const emulator = await startEmulator(
    {
      ...{ functionName: 'fn', memoryMb: 2048, timeoutMs: 60_000, concurrency: 1, idleTimeoutMs: 60_000 },
      bootstrap: [process.execPath, ...TSX, ric.program, 'index.handler'],
      taskRoot: runtime.taskRoot,
    },
    new AbortController().signal,
  );
  try {
    const call = async (body: string) => {
      const response = await fetch(emulator.functionUrl, { method: 'POST', body });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const image = JSON.stringify(imageBody(await fixture('odd/baseline.jpg')));
    expect(await call(image)).toMatchObject({ status: 200, body: { cold_start: true } });
    expect(await call('{"image": "?"}')).toMatchObject({ status: 400 });
    expect(await call(image)).toMatchObject({ status: 200, body: { cold_start: false } });
    expect((await emulator.environments()).counts).toMatchObject({ invocations: 3, environmentsMade: 1 });
  } finally {
    await emulator.stop();
  }
});
