/** The handler under AWS's own runtime client, against the same Runtime API that the bootstrap is tested with. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, type TestContext } from 'vitest';
import { fixture } from '../classifier/pictures.ts';
import { smallClassifier } from '../classifier/small-models.ts';
import { ENVIRONMENT_ID, type Environment, lambdaVariables, startEnvironment, TSX } from './environment.ts';
import { imageBody, urlEvent } from './events.ts';
import { installRic, type Ric } from './ric.ts';
import { type RuntimeApiServer, startRuntimeApi } from './runtime-api-server.ts';

/** About a minute on two idle cores. */
const INSTALL_TIMEOUT_MS = 10 * 60_000;

let ric: Ric;
let taskRoot: string;
let server: RuntimeApiServer;
let environment: Environment | undefined;

beforeAll(async () => {
  ric = await installRic();
  if ('missing' in ric) console.warn(`skipped: ${ric.missing}`);
  taskRoot = await mkdtemp(join(tmpdir(), 'resnet-bench-ric-'));
  const entry = new URL('../../src/handler/index.ts', import.meta.url);
  await writeFile(join(taskRoot, 'index.mjs'), `export { handler } from ${JSON.stringify(entry.href)};\n`);
  await writeFile(join(taskRoot, 'model.onnx'), smallClassifier());
}, INSTALL_TIMEOUT_MS);
beforeEach(async () => {
  server = await startRuntimeApi();
});
afterEach(async () => {
  environment?.kill();
  await environment?.ended;
  await server.stop();
});
afterAll(() => rm(taskRoot, { recursive: true, force: true }));

function start(ctx: TestContext, env: Record<string, string> = {}): Environment {
  if ('missing' in ric) ctx.skip(ric.missing);
  else {
    const variables = { ...lambdaVariables(server.address, taskRoot), _HANDLER: 'index.handler', ...env };
    environment = startEnvironment([...TSX, ric.program, 'index.handler'], variables, taskRoot);
  }
  return environment!;
}

it('answers one call after the other', async ctx => {
  const { ended, kill } = start(ctx);
  const event = urlEvent(JSON.stringify(imageBody(await fixture('odd/baseline.jpg'))));
  const trace = 'Root=1-6ab12c0d-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1';
  const { call, body } = await server.invoke(event, { 'Lambda-Runtime-Trace-Id': trace });
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

  const refused = JSON.parse((await server.invoke(urlEvent('{"image": "?"}'))).body);
  expect(refused).toMatchObject({ statusCode: 400, body: '{"error":"\\"image\\" is not base64"}' });

  const plain = JSON.parse((await server.invoke(imageBody(await fixture('odd/baseline.jpg')))).body);
  expect(JSON.parse(plain.body)).toMatchObject({ cold_start: false, predictions: first.predictions });

  kill();
  const metrics = (await ended).stdout.split('\n').filter(line => line.startsWith('{"_aws"'));
  expect(metrics.map(line => JSON.parse(line).ColdStart)).toEqual([1, 0, 0]);
});

it('keeps its metrics in one piece where logs are JSON', async ctx => {
  const { ended, kill } = start(ctx, { AWS_LAMBDA_LOG_FORMAT: 'JSON' });
  await server.invoke({});
  kill();
  expect((await ended).stdout).toMatch(/^\{"_aws":.*"FunctionName":"classify".*\}$/m);
});

it('has its failure at init reported', async ctx => {
  const { ended } = start(ctx, { RESNET_BENCH_MODEL_FILE: 'absent.onnx' });
  const { body } = await server.received(/init\/error/);
  expect(JSON.parse(body)).toMatchObject({ errorType: 'SetupError', errorMessage: expect.stringContaining('absent') });
  expect((await ended).code).not.toBe(0);
});
