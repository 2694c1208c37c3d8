/** The bootstrap as a child process against a real Runtime API: what it calls, in which order, and how it ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { fixture } from '../classifier/pictures.ts';
import { smallClassifier } from '../classifier/small-models.ts';
import { BOOTSTRAP, ENVIRONMENT_ID, type Environment, TSX } from './environment.ts';
import { imageBody, urlEvent } from './events.ts';
import { useRuntime } from './runtime.ts';

/** Handlers, each doing one thing. */
const HANDLERS = `
import { runInNewContext } from 'node:vm';
let calls = 0;
export const echo = async (event, context) => ({ event, calls: ++calls, context, left: context.getRemainingTimeInMillis(),
  trace: process.env._X_AMZN_TRACE_ID });
export const sync = event => event;
export const nothing = async () => {};
export const circular = async () => { const self = {}; self.self = self; return self; };
export const nested = { inner: async () => 'nested' };
export const number = 7;
class OwnError extends Error { name = 'OwnError' }
export const failing = async event => {
  if (event.fail === 'error') throw new OwnError('it broke');
  if (event.fail === 'odd name') throw Object.assign(new Error('it broke'), { name: 'Fehler: übel\\n' });
  if (event.fail === 'text') throw 'only text';
  if (event.fail === 'object') throw { reason: 'object' };
  if (event.fail === 'realm') throw runInNewContext('new TypeError("from elsewhere")');
  if (event.fail === 'nameless') throw Object.assign(new Error(), { name: undefined, message: 7 });
  if (event.fail === 'hostile') throw new Proxy({}, { get() { throw new Error('hands off') }, getPrototypeOf() { throw new Error('hands off') } });
  if (event.fail === 'sync') return JSON.parse('{');
  return 'served';
};
export const throwing = () => new Promise(() => setImmediate(() => { throw new OwnError('nobody catches this') }));
export const rejecting = () => new Promise(() => { setImmediate(() => Promise.reject(new OwnError('nor this'))); setInterval(() => {}, 1000); });
export const later = async event => {
  if (event.later) setTimeout(() => { throw new OwnError('between calls') }, 300);
  return process.env._X_AMZN_TRACE_ID ?? 'no trace';
};
export const tracing = async () => {
  setTimeout(() => console.log('between:', process.env._X_AMZN_TRACE_ID ?? 'none'), 50);
};
`;

const runtime = useRuntime({
  'index.mjs': HANDLERS,
  'deep/common.cjs': 'exports.handler = async () => "common";',
  'throws.mjs': 'throw new TypeError("no luck at init");',
  'uncaught.mjs': 'setTimeout(() => { throw new RangeError("late") }); await new Promise(() => {});',
  'syntax.mjs': 'export const handler = ;',
  'missing.mjs': 'import "./not-there.mjs"; export const handler = 1;',
  'model.onnx': smallClassifier(),
  'model.json': JSON.stringify({ name: 'small', sha256: 'ab'.repeat(32) }),
});

/** `name` is _HANDLER; none for the built-in one. */
function start(name: string | undefined, env: Record<string, string> = {}): Environment {
  return runtime.start([...TSX, BOOTSTRAP], { ...(name !== undefined && { _HANDLER: name }), ...env });
}

const callsMade = () => runtime.server.calls.map(({ call }) => call.replace(/[0-9a-f-]{36}/, 'ID'));
const NEXT = 'GET /invocation/next';

describe('the loop', () => {
  it('takes one event after the other over one connection', async () => {
    start('index.echo');
    for (let call = 1; call <= 3; call++) {
      const { body, headers } = await runtime.server.invoke({ call });
      expect(JSON.parse(body)).toMatchObject({ event: { call }, calls: call });
      expect(headers).toMatchObject({ 'content-type': 'application/json', 'content-length': String(body.length) });
    }
    await expect.poll(() => runtime.server.calls.length).toBe(7);
    const answered = 'POST /invocation/ID/response';
    expect(callsMade()).toEqual([NEXT, answered, NEXT, answered, NEXT, answered, NEXT]);
    expect(new Set(runtime.server.calls.map(({ connection }) => connection)).size).toBe(1);
  });

  it('waits without asking again', async () => {
    start('index.echo');
    await runtime.server.received(/next/);
    await sleep(1_500);
    expect(callsMade()).toEqual([NEXT]);
    expect(JSON.parse((await runtime.server.invoke('{"late": true}')).body).event).toEqual({ late: true });
  });

  it('gives the handler its context', async () => {
    start('index.echo');
    const { call, body } = await runtime.server.invoke({});
    const { context, left } = JSON.parse(body);
    expect(context).toEqual({
      awsRequestId: call.split('/')[2],
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:classify',
      functionName: 'classify',
      functionVersion: '$LATEST',
      memoryLimitInMB: '1024',
      logGroupName: '/aws/lambda/classify',
      logStreamName: expect.stringContaining('[$LATEST]'),
    });
    expect(left).toBeGreaterThan(20_000);
    expect(left).toBeLessThanOrEqual(30_000);
  });

  it('gives the handler what the platform knows of the caller', async () => {
    start('index.echo');
    const { body } = await runtime.server.invoke(
      {},
      {
        'Lambda-Runtime-Client-Context': '{"client":{"app_title":"page"}}',
        'Lambda-Runtime-Cognito-Identity': '{"identity_id":"eu-west-1:7"}',
        'Lambda-Runtime-Aws-Tenant-Id': 'tenant-7',
      },
    );
    expect(JSON.parse(body).context).toMatchObject({
      clientContext: { client: { app_title: 'page' } },
      identity: { identity_id: 'eu-west-1:7' },
      tenantId: 'tenant-7',
    });
    const broken = await runtime.server.invoke({}, { 'Lambda-Runtime-Client-Context': '{' });
    expect(JSON.parse(broken.body)).toMatchObject({ errorType: 'SyntaxError' });
    expect((await runtime.server.invoke({})).call).toMatch(/response$/);
  });

  it('takes megabytes of any script in one piece', async () => {
    start('index.sync');
    const text = 'aé€😀'.repeat(200_000);
    expect(JSON.parse((await runtime.server.invoke({ text })).body).text === text).toBe(true);
  });

  it('sets the trace of each call', async () => {
    start('index.echo');
    const traceOf = async (headers = {}) => JSON.parse((await runtime.server.invoke({}, headers)).body).trace;
    expect(await traceOf({ 'Lambda-Runtime-Trace-Id': 'Root=1-0-1' })).toBe('Root=1-0-1');
    expect(await traceOf({ 'Lambda-Runtime-Trace-Id': 'Root=1-0-2' })).toBe('Root=1-0-2');
    expect(await traceOf()).toBeUndefined();
  });

  it('leaves no trace between two calls', async () => {
    const { ended, kill } = start('index.tracing');
    await runtime.server.invoke({}, { 'Lambda-Runtime-Trace-Id': 'Root=1-0-3' });
    await sleep(1_000);
    kill();
    expect((await ended).stdout).toBe('between: none\n');
  });

  it('sends back the id that the platform gives an invocation', async () => {
    start('index.failing');
    for (const event of [{}, { fail: 'error' }]) {
      const { headers } = await runtime.server.invoke(event, { 'Lambda-Runtime-Invocation-Id': 'attempt-7' });
      expect(headers['lambda-runtime-invocation-id']).toBe('attempt-7');
    }
    expect((await runtime.server.invoke({})).headers).not.toHaveProperty('lambda-runtime-invocation-id');
  });

  it.each([
    ['index.sync', '{"a":1}'],
    ['index.nothing', 'null'],
    ['index.nested.inner', '"nested"'],
    ['deep/common.handler', '"common"'],
  ])('serves %s', async (name, answer) => {
    start(name);
    expect(await runtime.server.invoke({ a: 1 })).toMatchObject({
      call: expect.stringMatching(/response$/),
      body: answer,
    });
  });
});

describe('a handler that fails', () => {
  it('is reported, and the next event is served', async () => {
    const { ended, kill } = start('index.failing');
    const failed = async (event: unknown) => {
      const { call, body, headers } = await runtime.server.invoke(event);
      expect(call).toMatch(/error$/);
      expect((await runtime.server.invoke({})).body).toBe('"served"');
      return { type: headers['lambda-runtime-function-error-type'], ...JSON.parse(body) };
    };
    const stackTrace = expect.arrayContaining([expect.stringContaining('index.mjs')]);
    expect(await failed({ fail: 'error' })).toEqual({
      type: 'Function.OwnError',
      errorMessage: 'it broke',
      errorType: 'OwnError',
      stackTrace,
    });
    expect(await failed({ fail: 'odd name' })).toMatchObject({ type: 'Function.Unknown', errorMessage: 'it broke' });
    expect(await failed({ fail: 'text' })).toMatchObject({ errorMessage: 'only text', errorType: 'string' });
    expect(await failed({ fail: 'object' })).toMatchObject({ errorMessage: "{ reason: 'object' }" });
    expect(await failed({ fail: 'realm' })).toMatchObject({ errorType: 'TypeError', errorMessage: 'from elsewhere' });
    expect(await failed({ fail: 'nameless' })).toMatchObject({ type: 'Function.undefined', errorMessage: '7' });
    expect(await failed({ fail: 'hostile' })).toMatchObject({ type: 'Function.Unknown', stackTrace: [] });
    expect(await failed({ fail: 'sync' })).toMatchObject({ errorType: 'SyntaxError' });
    expect(await failed('no JSON')).toMatchObject({ errorType: 'SyntaxError' });
    kill();
    expect((await ended).stderr).toContain('it broke');
  });

  it('is one whose answer cannot be written', async () => {
    start('index.circular');
    const { headers, body } = await runtime.server.invoke({});
    expect(headers['lambda-runtime-function-error-type']).toBe('Runtime.MarshalError');
    expect(JSON.parse(body).errorType).toBe('Runtime.MarshalError');
  });

  it.each([
    ['index.throwing', 129, 'nobody catches this'],
    ['index.rejecting', 128, 'nor this'],
  ])('%s reports and ends the process', async (name, code, errorMessage) => {
    const { ended } = start(name);
    const { call, body } = await runtime.server.invoke({});
    expect(call).toMatch(/error$/);
    expect(JSON.parse(body)).toMatchObject({ errorMessage, errorType: 'OwnError' });
    expect(await ended).toMatchObject({ code, signal: null, stderr: expect.stringContaining(errorMessage) });
    expect(callsMade()).toEqual([NEXT, 'POST /invocation/ID/error']);
  });

  it('between two calls ends the process', async () => {
    const { ended } = start('index.later');
    await runtime.server.invoke({ later: true });
    expect(await ended).toMatchObject({ code: 129, stderr: expect.stringContaining('between calls') });
    expect(callsMade()).toEqual([NEXT, 'POST /invocation/ID/response', NEXT]);
  });
});

describe('an init that fails', () => {
  it.each([
    ['index.absent', 'Runtime.HandlerNotFound', 'absent'],
    ['index.number', 'Runtime.HandlerNotFound', 'number'],
    ['nowhere.handler', 'Runtime.ImportModuleError', 'nowhere'],
    ['missing.handler', 'Runtime.ImportModuleError', 'not-there'],
    ['syntax.handler', 'Runtime.UserCodeSyntaxError', ''],
    ['index', 'Runtime.MalformedHandlerName', '"index"'],
    ['../index.echo', 'Runtime.MalformedHandlerName', '../index'],
    ['throws.handler', 'TypeError', 'no luck at init'],
  ])('%s is reported as %s', async (name, errorType, reason) => {
    const { ended } = start(name);
    const { headers, body } = await runtime.server.received(/init\/error/);
    expect(JSON.parse(body)).toMatchObject({ errorType, errorMessage: expect.stringContaining(reason) });
    expect(headers['lambda-runtime-function-error-type']).toMatch(/^Runtime\.\w+$/);
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(JSON.parse(stderr).errorMessage).toContain(reason);
    expect(callsMade()).toEqual(['POST /init/error']);
  });

  it('by an uncaught exception too', async () => {
    const { ended } = start('uncaught.handler');
    expect(JSON.parse((await runtime.server.received(/init\/error/)).body)).toMatchObject({ errorType: 'RangeError' });
    expect((await ended).code).toBe(129);
  });

  it('because the built-in handler has no model', async () => {
    const { ended } = start(undefined, { RESNET_BENCH_MODEL_FILE: 'absent.onnx' });
    const { body } = await runtime.server.received(/init\/error/);
    expect(JSON.parse(body)).toMatchObject({
      errorType: 'SetupError',
      errorMessage: expect.stringContaining('absent'),
    });
    expect((await ended).code).toBe(1);
  });
});

describe('the built-in handler', () => {
  it('classifies, and writes nothing but its metrics', async () => {
    const { ended, kill } = start(undefined);
    const event = urlEvent(JSON.stringify(imageBody(await fixture('odd/baseline.jpg'))));
    const trace = 'Root=1-6ab12c0d-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1';
    const { call, body } = await runtime.server.invoke(event, { 'Lambda-Runtime-Trace-Id': trace });
    const answer = JSON.parse(body);
    expect(answer.statusCode).toBe(200);
    const first = JSON.parse(answer.body);
    expect(first).toMatchObject({
      request_id: call.split('/')[2],
      trace_header: trace,
      cold_start: true,
      environment_id: ENVIRONMENT_ID,
      model: { name: 'small', sha256: 'ab'.repeat(32) },
      runtime: { threads: 1, memory_mb: 1024 },
    });
    // Node's start, the code and the model: less would not cover them, and the child is younger than a minute.
    expect(first.init_ms).toBeGreaterThan(50);
    expect(first.init_ms).toBeLessThan(60_000);

    expect(JSON.parse((await runtime.server.invoke({ image: 'x' })).body).statusCode).toBe(400);
    const third = JSON.parse((await runtime.server.invoke(event)).body);
    expect(JSON.parse(third.body).cold_start).toBe(false);
    kill();
    const { stdout, stderr } = await ended;
    expect(stderr).toBe('');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map(line => JSON.parse(line).ColdStart)).toEqual([1, 0, 0]);
    expect(JSON.parse(lines[0]!).InitTime).toBe(first.init_ms);
  });
});
