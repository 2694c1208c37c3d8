/** The lambda runner against real servers: what it makes of an answer, every way a call fails, connections, secrets, the end of a run. */
import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startClock } from '../../src/core/clock.ts';
import { QueryError, UsageError } from '../../src/core/errors.ts';
import { sampleSchema, targetInfoSchema } from '../../src/core/record.ts';
import { issue } from '../../src/scenarios/index.ts';
import { answerTo, failureOf, imageOf, large, never, open, picture, serve, started } from './calling.ts';
import {
  FAULTS,
  type FaultName,
  json,
  nested,
  OUR_ANSWER,
  PYTHON_ANSWER,
  type Responder,
  selfSignedCertificate,
  startServer,
} from './fault-server.ts';

/** Of Lambda's 6,291,456 bytes 4 KiB are for the envelope. */
const LIMIT = 6_287_360;

describe('the request', () => {
  it('is a POST of JSON to the path and query of the address, with a fresh trace header each time', async () => {
    const { url, requests } = await serve(json(OUR_ANSWER));
    const { runner } = await started(`${url}/classify?a=b%20c#fragment`, { headers: { 'X-Key': 'value of a key' } });
    const before = Math.floor(Date.now() / 1_000);
    for (let call = 0; call < 3; call++) await runner.infer(picture, never);
    const after = Math.floor(Date.now() / 1_000);
    const traces = requests.map(({ method, path, headers, body }) => {
      expect([method, path]).toEqual(['POST', '/classify?a=b%20c']);
      expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-key': 'value of a key' });
      expect(JSON.parse(body)).toEqual({ image: Buffer.from(picture.bytes).toString('base64') });
      const trace = /^Root=1-([0-9a-f]{8})-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=1$/.exec(
        String(headers['x-amzn-trace-id']),
      );
      expect(Number.parseInt(trace![1]!, 16)).toBeGreaterThanOrEqual(before);
      expect(Number.parseInt(trace![1]!, 16)).toBeLessThanOrEqual(after);
      return trace![0];
    });
    expect(new Set(traces).size).toBe(3);
  });

  it('carries user and password as an Authorization header, unless one is given', async () => {
    const { url, requests } = await serve(json(OUR_ANSWER));
    const address = url.replace('//', '//us%40er:pass%3Aword@');
    for (const headers of [{}, { authorization: 'Bearer other' }]) {
      const { runner } = await started(address, { headers });
      await runner.infer(picture, never);
    }
    const basic = `Basic ${Buffer.from('us@er:pass:word').toString('base64')}`;
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([basic, 'Bearer other']);
  });

  it('is made once for each picture, before the first call', async () => {
    const { url } = await serve(json(OUR_ANSWER));
    let reads = 0;
    const images = [picture, large].map(({ name, bytes }) => ({
      name,
      sha256: name,
      get bytes() {
        reads++;
        return bytes;
      },
    }));
    const { runner } = await started(url, { images });
    const readsAtStart = reads;
    const times = [];
    for (const image of [...images, ...images]) times.push((await runner.infer(image, never)).timings.encodeMs!);
    expect(reads).toBe(readsAtStart);
    expect(times.slice(2)).toEqual(times.slice(0, 2));
    for (const encodeMs of times) expect(encodeMs).toBeGreaterThan(0);
  });

  it('is sent up to the limit, and above it refused with size and limit', async () => {
    const { url, requests } = await serve(json(OUR_ANSWER));
    const fits = imageOf('fits', new Uint8Array(4_715_511));
    const over = imageOf('over', new Uint8Array(4_715_512));
    const { runner } = await started(url, { images: [fits, over] });
    expect((await runner.infer(fits, never)).requestBytes).toBe(LIMIT);
    expect(requests[0]!.body.length).toBe(LIMIT);
    const error = await failureOf(runner, over);
    expect(error.kind).toBe('too-large');
    expect(error.message).toMatch(/\b6287364 bytes.*\b6287360\b.*\b4715511 bytes/);
    expect(error.httpStatus).toBeUndefined();
    expect(requests.length).toBe(1);
  });

  it('is of a picture that the runner was told of', async () => {
    const { runner } = await started('http://127.0.0.1:1');
    await expect(runner.infer(large, never)).rejects.toThrow('large is not among');
  });
});

describe('the answer of our function', () => {
  it('becomes predictions, times, memory, CPU and identity', async () => {
    const { inference } = await answerTo(OUR_ANSWER);
    expect(inference.predictions).toEqual([
      { classId: 162, label: 'beagle', probability: 0.7771 },
      { classId: 167, label: 'English foxhound', probability: 0.112 },
      { classId: 166, label: 'Walker hound', probability: 0.084 },
      { classId: 161, label: 'basset', probability: 0.0007 },
      { classId: 164, label: 'bluetick', probability: 0 },
    ]);
    const { encodeMs, connectMs, requestMs, firstByteMs, downloadMs, ...told } = inference.timings;
    expect(told).toEqual({
      parseMs: 31.25,
      preprocessMs: 18.5,
      inferenceMs: 222.125,
      postprocessMs: 0.125,
      handlerMs: 275.5,
    });
    for (const ms of [encodeMs, connectMs, requestMs, firstByteMs, downloadMs]) expect(ms).toBeGreaterThan(0);
    expect(inference).toMatchObject({
      start: 'warm',
      httpStatus: 200,
      memory: { usedMb: 410.5, sizeMb: 1024 },
      cpu: { userMs: 240.5, systemMs: 10.25 },
      requestBytes: Math.ceil(picture.bytes.length / 3) * 4 + '{"image":""}'.length,
      responseBytes: JSON.stringify(OUR_ANSWER).length,
      connectionReused: false,
      requestId: OUR_ANSWER.request_id,
      traceId: '1-6553f100-0123456789abcdef01234567',
      traceJoin: 'handler',
      environmentId: OUR_ANSWER.environment_id,
    });
  });

  it.each([
    ['cold', { cold_start: true, init_gap_ms: 1_000 }],
    ['cold', { cold_start: true, init_gap_ms: undefined }],
    ['proactive', { cold_start: true, init_gap_ms: 1_000.5 }],
    ['warm', { cold_start: false, init_gap_ms: 50_000 }],
    ['unknown', { cold_start: undefined }],
    ['unknown', { cold_start: 'true' }],
  ])('is %s for %j, with init only for a first call', async (start, fields) => {
    const { inference } = await answerTo({ ...OUR_ANSWER, ...fields });
    expect(inference.start).toBe(start);
    expect(inference.timings.initMs).toBe(start === 'cold' || start === 'proactive' ? 690.5 : undefined);
  });

  it('tells what the function is, each fact by the first answer that has it', async () => {
    const answers = [PYTHON_ANSWER, OUR_ANSWER, { ...OUR_ANSWER, runtime: { threads: 6, node: '24.0.0' }, model: {} }];
    const { url } = await serve((request, response) => json(answers.shift())(request, response));
    const { runner } = await started(url);
    expect(runner.learned()).toEqual({});
    await runner.infer(picture, never);
    expect(runner.learned()).toEqual({});
    for (let call = 0; call < 2; call++) {
      await runner.infer(picture, never);
      expect(runner.learned()).toEqual({
        model: OUR_ANSWER.model,
        threads: 1,
        memoryMb: 1024,
        cpuModel: OUR_ANSWER.runtime.cpu_model,
        node: '22.11.0',
        onnxruntime: '1.30.0',
        cpuCount: 2,
        cpuFlags: ['avx2', 'fma'],
      });
    }
  });

  it('has the trace of the handler before that of the front door', async () => {
    const header = { 'X-Amzn-Trace-Id': 'root=1-aaaaaaaa-bbbbbbbbbbbbbbbbbbbbbbbb;sampled=1' };
    const both = await answerTo(OUR_ANSWER, {}, header);
    expect(both.inference).toMatchObject({ traceId: '1-6553f100-0123456789abcdef01234567', traceJoin: 'handler' });
    const one = await answerTo(PYTHON_ANSWER, {}, header);
    expect(one.inference).toMatchObject({ traceId: '1-aaaaaaaa-bbbbbbbbbbbbbbbbbbbbbbbb', traceJoin: 'header' });
  });

  it.each([
    ['url', 'the id of the header'],
    ['http-api', undefined],
    [undefined, undefined],
  ] as const)('has the request id of a header at the front door %s: %s', async (frontDoor, requestId) => {
    const header = { 'x-amzn-requestid': 'the id of the header', 'apigw-requestid': 'of the gateway' };
    const { inference } = await answerTo(PYTHON_ANSWER, { frontDoor }, header);
    expect(inference.requestId).toBe(requestId);
  });

  it('has the five most probable of more, in order', async () => {
    const predictions = [3, 5, 1, 6, 4, 2].map(n => ({ label: `${n}`, class_id: n, probability: n }));
    const { inference } = await answerTo({ predictions });
    expect(inference.predictions.map(({ classId }) => classId)).toEqual([6, 5, 4, 3, 2]);
  });

  it('is without every field of a wrong type', async () => {
    const { runner, inference } = await answerTo({
      predictions: OUR_ANSWER.predictions,
      performance_metrics: {
        parse_time_ms: '31.25',
        image_processing_ms: -1,
        inference_ms: null,
        post_processing_ms: [1],
        total_time_ms: {},
        memory_used_mb: true,
        cpu_user_ms: 1,
      },
      request_id: 7,
      trace_header: 'Root=7',
      cold_start: true,
      environment_id: '',
      init_ms: '690',
      model: { sha256: 'x' },
      runtime: { threads: 1.5, memory_mb: 'much', cpu_flags: [1] },
    });
    const { encodeMs, connectMs, requestMs, firstByteMs, downloadMs, ...told } = inference.timings;
    expect(told).toEqual({});
    expect(inference).toMatchObject({ start: 'cold', memory: {} });
    for (const field of ['cpu', 'requestId', 'traceId', 'traceJoin', 'environmentId'])
      expect(inference).not.toHaveProperty(field);
    expect(runner.learned()).toEqual({});
  });

  it.each([
    { performance_metrics: 7, runtime: 'x', model: null },
    { performance_metrics: null, runtime: [], model: [] },
  ])('may have %j', async fields => {
    const { inference } = await answerTo({ ...OUR_ANSWER, ...fields });
    expect(inference.memory).toEqual({});
    expect(inference.timings.handlerMs).toBeUndefined();
  });
});

describe('the answer of the original Python function', () => {
  it.each([
    ['plain', PYTHON_ANSWER],
    ['nested once', nested(PYTHON_ANSWER)],
    ['nested twice', nested(nested(PYTHON_ANSWER))],
    ['nested as an object', { statusCode: '200', body: PYTHON_ANSWER }],
    ['nested as base64', { ...nested(0), body: btoa(JSON.stringify(PYTHON_ANSWER)), isBase64Encoded: true }],
    ['written twice', JSON.stringify(PYTHON_ANSWER)],
  ])('%s: what is unknown is absent', async (_, content) => {
    const { inference } = await answerTo(content);
    const { encodeMs, connectMs, requestMs, firstByteMs, downloadMs, ...told } = inference.timings;
    expect(told).toEqual({ parseMs: 31.25, preprocessMs: 18.5, inferenceMs: 222.125, handlerMs: 275.5 });
    expect(inference).toMatchObject({ start: 'unknown', memory: { usedMb: 410.5 }, httpStatus: 200 });
    expect(inference.memory).toEqual({ usedMb: 410.5 });
    expect(inference.predictions[0]).toEqual({ classId: 162, label: 'beagle', probability: 0.7771 });
    for (const field of ['cpu', 'requestId', 'traceId', 'traceJoin', 'environmentId'])
      expect(inference).not.toHaveProperty(field);
  });
});

describe('a sample', () => {
  it('has all that the runner tells, the wire times within the service time', async () => {
    const { url } = await serve(json(OUR_ANSWER));
    const { runner } = await started(url, { images: [picture, large] });
    const clock = startClock();
    for (const [seq, image] of [picture, large, picture].entries()) {
      const sample = await issue({ seq, image, scheduledMs: clock.nowMs() }, runner, clock, never);
      // An unknown key would be dropped by the schema.
      expect(sampleSchema.parse({ ...sample, phase: 'measured' })).toEqual({ ...sample, phase: 'measured' });
      expect(sample).toMatchObject({
        outcome: { ok: true, httpStatus: 200 },
        connectionReused: seq > 0,
        traceJoin: 'handler',
        environmentId: OUR_ANSWER.environment_id,
      });
      const { connectMs = 0, requestMs = 0, firstByteMs = 0, downloadMs = 0 } = sample.timings;
      const serviceMs = sample.completedMs - sample.issuedMs;
      expect(connectMs + requestMs + firstByteMs + downloadMs).toBeLessThanOrEqual(serviceMs + 1e-5);
      expect('connectMs' in sample.timings).toBe(seq === 0);
    }
  });
});

describe('a call that fails', () => {
  it.each(Object.keys(FAULTS) as FaultName[])('%s', async name => {
    const fault = FAULTS[name];
    const { url, close } = await fault.start();
    open.push({ close });
    const { runner } = await started(url, { timeoutMs: fault.kind === 'timeout' ? 300 : 20_000 });
    const clock = startClock();
    const expected = {
      kind: fault.kind,
      message: expect.stringMatching(fault.says),
      ...('httpStatus' in fault && { httpStatus: fault.httpStatus }),
    };
    // Twice: nothing is left of the first.
    for (let seq = 0; seq < 2; seq++) {
      const sample = await issue({ seq, image: picture, scheduledMs: 0 }, runner, clock, never);
      expect(sample.outcome).toEqual({ ok: false, error: expected });
      if (!sample.outcome.ok && sample.outcome.error.httpStatus !== undefined && fault.kind !== 'timeout')
        expect(sample.outcome.error.message).toContain(String(sample.outcome.error.httpStatus));
    }
  });

  it('with a certificate that nobody vouches for', async ctx => {
    const certificate = selfSignedCertificate();
    if (certificate === undefined) return ctx.skip('there is no openssl');
    const { url, requests } = await serve(json(OUR_ANSWER), certificate);
    const { runner } = await started(url);
    const error = await failureOf(runner);
    expect(error.kind).toBe('tls');
    expect(error.message).toMatch(/^no TLS connection to 127\.0\.0\.1:\d+ \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/);
    expect(requests.length).toBe(0);
  });

  it('is followed by one that does not', async () => {
    const answers: Responder[] = [
      json(OUR_ANSWER),
      FAULTS_IN_TURN.cut,
      json(OUR_ANSWER),
      FAULTS_IN_TURN.hang,
      json({}, 500),
      json(OUR_ANSWER),
    ];
    const { url, connections } = await serve((request, response) => answers.shift()!(request, response));
    const { runner } = await started(url, { timeoutMs: 500 });
    const story = [];
    for (let call = 0; call < 6; call++) {
      const outcome = await runner.infer(picture, never).catch(error => error as QueryError);
      story.push(outcome instanceof QueryError ? outcome.kind : outcome.connectionReused);
    }
    // A connection outlives an answer of status 500, but neither one that is cut nor one that does not come.
    expect(story).toEqual([false, 'truncated', false, 'timeout', 'http-5xx', true]);
    expect(connections()).toBe(3);
  });

  it('in our handler over a picture is the same failure as that of a local run', async () => {
    const errors = ['"image" cannot be decoded: Input buffer has corrupt header', '"image" has more than 100 pixels'];
    for (const [index, kind] of (['undecodable-image', 'image-too-large'] as const).entries()) {
      const { url } = await serve(json({ error: errors[index] }, 400));
      const error = await failureOf((await started(url)).runner);
      expect(error).toMatchObject({ kind, httpStatus: 400, message: `answered 400: ${errors[index]}` });
    }
  });

  it('is not followed to where a redirect leads', async () => {
    const target = await serve(json(OUR_ANSWER));
    const { url } = await serve(json({}, 307, { location: `${target.url}/secret-path` }));
    const error = await failureOf((await started(url)).runner);
    expect(error.message).toBe(`answered 307, a redirect to ${new URL(target.url).host}, which is not followed`);
    expect(target.connections()).toBe(0);
  });

  it('quotes no more of an answer than a line can hold', async () => {
    const { url } = await serve(json({ error: 'no\n\tway '.repeat(100_000) }, 500));
    const { message } = await failureOf((await started(url)).runner);
    expect(message.length).toBeLessThan(250);
    expect(message).toMatch(/^answered 500: no way no way .*\.\.\.$/);
  });
});

const FAULTS_IN_TURN = {
  cut: (_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{', () => response.destroy());
  },
  hang: () => {},
} satisfies Record<string, Responder>;

describe('connections', () => {
  it.each([
    ['keep', [false, true, true, true], 1],
    ['new', [false, false, false, false], 4],
  ] as const)('%s', async (connection, reused, count) => {
    const { url, connections, requests } = await serve(json(OUR_ANSWER));
    const { runner, info } = await started(url, { connection });
    expect(info.connection).toBe(connection);
    const answers = [];
    for (const _ of reused) answers.push(await runner.infer(picture, never));
    expect(answers.map(({ connectionReused }) => connectionReused)).toEqual(reused);
    expect(answers.map(({ timings }) => 'connectMs' in timings)).toEqual(reused.map(kept => !kept));
    expect(connections()).toBe(count);
    expect(requests[0]!.headers.connection).toBe(connection === 'keep' ? 'keep-alive' : 'close');
  });

  it.for(['keep', 'new'] as const)('over TLS: %s', async (connection, ctx) => {
    const certificate = selfSignedCertificate();
    if (certificate === undefined) return ctx.skip('there is no openssl');
    const { url, connections } = await serve(json(OUR_ANSWER), certificate);
    const { runner } = await started(url, { connection });
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      for (let call = 0; call < 3; call++) {
        const { connectionReused, timings } = await runner.infer(picture, never);
        expect(connectionReused).toBe(connection === 'keep' && call > 0);
        for (const ms of Object.values(timings)) expect(ms).toBeGreaterThan(0);
      }
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
    expect(connections()).toBe(connection === 'keep' ? 1 : 3);
  });

  it('are kept for longer than the 4 s that the HTTP client would keep them', async () => {
    const { url, connections } = await serve(json(OUR_ANSWER));
    const { runner } = await started(url);
    await runner.infer(picture, never);
    await sleep(4_500);
    expect((await runner.infer(picture, never)).connectionReused).toBe(true);
    expect(connections()).toBe(1);
  });

  it('that the server closes are made anew, and that is no failure', async () => {
    const { url, connections, closeIdle } = await serve(json(OUR_ANSWER));
    const { runner } = await started(url);
    for (let call = 0; call < 3; call++) {
      const { connectionReused, timings } = await runner.infer(picture, never);
      expect(connectionReused).toBe(false);
      expect(timings.connectMs).toBeGreaterThan(0);
      closeIdle();
      await sleep(50);
    }
    expect(connections()).toBe(3);
  });

  it('are as many as calls at once, and serve the calls after them', async () => {
    const waiting: (() => void)[] = [];
    const { url, connections } = await serve((request, response) => {
      waiting.push(() => json(OUR_ANSWER)(request, response));
      // The last to come is the first to be answered.
      if (waiting.length === 3) for (const answer of waiting.splice(0).reverse()) answer();
    });
    const { runner } = await started(url);
    for (let round = 0; round < 2; round++) {
      const answers = await Promise.all([1, 2, 3].map(() => runner.infer(picture, never)));
      for (const { connectionReused, timings } of answers) {
        expect(connectionReused).toBe(round > 0);
        expect('connectMs' in timings).toBe(round === 0);
        for (const ms of Object.values(timings)) expect(ms).toBeGreaterThan(0);
      }
    }
    expect(connections()).toBe(3);
  });
});

describe('the end of a run', () => {
  it.each(['hangs', 'hangs within its answer', 'byte by byte', 'hangs within TLS'] as const)(
    'ends a call at once that %s, and is no timeout',
    async name => {
      const { url, close } = await FAULTS[name].start();
      open.push({ close });
      const { runner } = await started(url, { timeoutMs: 600_000 });
      const run = new AbortController();
      const call = failureOf(runner, picture, run.signal);
      await sleep(100);
      run.abort();
      expect((await call).kind).toBe('interrupted');
      expect((await failureOf(runner, picture, run.signal)).kind).toBe('interrupted');
      await runner.stop();
    },
  );

  it('is listened to by calls in flight only', async () => {
    const { url } = await serve(json(OUR_ANSWER));
    const { runner } = await started(url);
    const { signal } = new AbortController();
    for (let call = 0; call < 3; call++) await runner.infer(picture, signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('closes what is open: a call in flight fails, and the server sees no connection', async () => {
    let answer = true;
    const sockets = new Set<unknown>();
    const { url } = await serve((request, response) => {
      const { socket } = response;
      sockets.add(socket);
      socket?.once('close', () => sockets.delete(socket));
      if (answer) json(OUR_ANSWER)(request, response);
    });
    const { runner } = await started(url);
    await runner.infer(picture, never);
    answer = false;
    const calls = [failureOf(runner), failureOf(runner)];
    await expect.poll(() => sockets.size).toBe(2);
    await runner.stop();
    for (const call of calls) expect((await call).kind).toBe('interrupted');
    await expect.poll(() => sockets.size).toBe(0);
    await expect(runner.infer(picture, never)).rejects.toThrow('before start');
  });
});

describe('the target', () => {
  it.each([
    ['https://abc.lambda-url.eu-west-1.on.aws/', { frontDoor: 'url', region: 'eu-west-1' }],
    ['https://abc.execute-api.us-east-1.amazonaws.com/prod/classify', { frontDoor: 'http-api', region: 'us-east-1' }],
    ['https://abc.execute-api.cn-north-1.amazonaws.com.cn/', { frontDoor: 'http-api', region: 'cn-north-1' }],
    ['https://classify.example.com/', {}],
    ['https://abc.lambda-url.eu-west-1.on.aws.example.com/', {}],
  ])('%s', async (url, told) => {
    const { info } = await started(url);
    expect(targetInfoSchema.parse(info)).toEqual(info);
    expect(info).toEqual({ emulated: false, connection: 'keep', url, ...told });
  });

  it('has the front door that is given rather than that of its address', async () => {
    const { info } = await started('https://abc.lambda-url.eu-west-1.on.aws/', { frontDoor: 'http-api' });
    expect(info.frontDoor).toBe('http-api');
    expect((await started('http://127.0.0.1:9000/', { emulated: true, frontDoor: 'url' })).info).toEqual({
      emulated: true,
      connection: 'keep',
      frontDoor: 'url',
      url: 'http://127.0.0.1:9000/',
    });
  });

  it.each([
    ['classify.example.com/my-secret', {}],
    ['ftp://my-secret@host/', {}],
    ['http://host/', { 'X Y': 'my-secret' }],
    ['http://host/', { 'X-Y': 'my-secret\r\nZ: 1' }],
    ['http://host/', { 'Content-Length': 'my-secret' }],
    ['http://host/', { 'X-Amzn-Trace-Id': 'my-secret' }],
  ])('%s with %j is a usage error that shows no secret', async (url, headers) => {
    const error = await started(url, { headers }).catch(thrown => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.hint).not.toBe('');
    expect(inspect(error)).not.toContain('my-secret');
  });
});

describe('secrets', () => {
  const SECRETS = ['MARK-user', 'MARK-pass/word', 'MARK-query value', 'MARK-header', 'MARK-token'];
  const headers = { Authorization: 'Bearer MARK-token', 'X-Api-Key': 'MARK-header' };
  const withSecrets = (url: string) =>
    `${url.replace('//', '//MARK-user:MARK-pass%2Fword@')}/classify?key=MARK-query%20value&x=1#MARK-fragment`;

  /** The address and the headers as they were received, wherever an answer has words. */
  const echo =
    (status: number, around: (words: string) => unknown): Responder =>
    ({ path, headers }, response) => {
      const { authorization, 'x-api-key': key } = headers;
      const words = `${SECRETS.join(' ')} ${path} ${authorization} ${key} ${decodeURIComponent(path)}`;
      json(around(words), status, { 'x-amzn-requestid': words })(undefined as never, response);
    };

  it.each<[string, Responder | FaultName]>([
    ['an answer', json(OUR_ANSWER)],
    ...[400, 403, 500].map(
      status =>
        [`${status} that quotes the request`, echo(status, words => ({ message: words }))] as [string, Responder],
    ),
    ['a long failure that quotes the request', echo(500, words => ({ error: `${'x'.repeat(180)} ${words}` }))],
    ['a nested failure that quotes the request', echo(200, words => nested({ error: words }, 500))],
    ['predictions that quote the request', echo(200, words => ({ predictions: words }))],
    ['a class that quotes the request', echo(200, words => ({ predictions: [{ label: words, class_id: words }] }))],
    [
      'an answer that quotes the request',
      echo(200, words => ({
        predictions: [{ label: words, class_id: 1, probability: 1 }],
        environment_id: words,
        model: { name: words, sha256: words },
        runtime: { node: words, cpu_model: words, cpu_flags: [words] },
      })),
    ],
    [
      'a redirect that quotes the request',
      (request, response) => {
        const location = `https://MARK-user:MARK-pass@MARK-token.example${request.path}`;
        json({}, 302, { location })(request, response);
      },
    ],
    ...(['refused', 'dns', 'no TLS', 'reset', 'no HTTP', 'hangs', 'HTML', 'cut short'] as const).map(
      name => [name, name] as [string, FaultName],
    ),
  ])('are in nothing that comes of %s', async (_, behaviour) => {
    const { url, close } = await (typeof behaviour === 'function' ? startServer(behaviour) : FAULTS[behaviour].start());
    open.push({ close });
    const { runner, info } = await started(withSecrets(url), { headers, timeoutMs: 300, frontDoor: 'url' });
    const clock = startClock();
    const sample = await issue({ seq: 0, image: picture, scheduledMs: 0 }, runner, clock, never);
    const thrown = await runner.infer(picture, never).catch(error => error);
    const produced = [info, sample, thrown, runner.learned()].map(
      it => `${JSON.stringify(it)} ${inspect(it, { depth: 20, showHidden: true })} ${inspect(it.cause, { depth: 20 })}`,
    );
    // A host is written in small letters.
    for (const text of produced) expect(text.toLowerCase()).not.toContain('mark');
    for (const text of produced) expect(text).not.toContain(Buffer.from('MARK-user:').toString('base64').slice(0, 12));
    expect(info.url).toBe(`${url}/classify`);
  });

  it('that are words of an answer by chance do not spoil it', async () => {
    const { url } = await serve(json(OUR_ANSWER));
    const { runner } = await started(`${url}/?model=resnet50&x=true`, { headers: { 'X-Stage': 'beagle' } });
    const { predictions } = await runner.infer(picture, never);
    expect(predictions[0]!.label).toBe('beagle');
    expect(runner.learned().model).toEqual(OUR_ANSWER.model);
  });
});

describe('a first call', () => {
  it('is the first that the function sees', async () => {
    const { url, connections, requests } = await serve(json(OUR_ANSWER));
    const { runner } = await started(url);
    expect([connections(), requests.length]).toEqual([0, 0]);
    await runner.infer(picture, never);
    expect([connections(), requests.length]).toEqual([1, 1]);
  });
});
