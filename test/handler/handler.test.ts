/** The handler in this process: its answers are classify()'s, bad bodies are the caller's fault, and nothing ends it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Classifier, createClassifier } from '../../src/classifier/classify.ts';
import { SetupError } from '../../src/core/errors.ts';
import { createHandler, type Handler, type HttpAnswer } from '../../src/handler/handler.ts';
import { fixture, ODD, solidPng } from '../classifier/pictures.ts';
import { smallClassifier } from '../classifier/small-models.ts';
import { emulator } from '../emulator/harness.ts';
import { parseTemplate } from '../lambda-image/cloudformation.ts';
import { testModel } from '../model.ts';
import { needShared, PHOTOGRAPHS, sharedPath } from '../shared.ts';
import { ENVIRONMENT_ID, LOG_STREAM } from './environment.ts';
import { imageBody, preflightEvent, restEvent, scheduledEvent, urlEvent } from './events.ts';
import { failingClassifier } from './failing-model.ts';

const REQUEST_ID = '8c9f0c1e-5d3a-4f1e-9a55-0123456789ab';
const context = { awsRequestId: REQUEST_ID };

let folder: string;
let handler: Handler;
let classifier: Classifier;
let options: Parameters<typeof createHandler>[0];
const lines: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resnet-bench-handler-'));
  const { file: modelFile, info } = await testModel();
  options = {
    modelFile,
    model: { name: info.name, sha256: info.sha256 },
    threads: 1,
    preprocess: 'torchvision',
    memoryMb: 1024,
    functionName: 'classify',
    logStreamName: LOG_STREAM,
  };
  classifier = await createClassifier(options);
  handler = await createHandler(options, line => lines.push(line));
});
beforeEach(() => {
  lines.length = 0;
});
afterAll(async () => {
  await classifier?.release();
  await rm(folder, { recursive: true, force: true });
});

/** Without a function's name, and so without metrics. */
async function smallHandler(model: Uint8Array = smallClassifier()): Promise<Handler> {
  const modelFile = join(folder, 'small.onnx');
  await writeFile(modelFile, model);
  return createHandler({ modelFile, model: { name: 'small' }, threads: 1, preprocess: 'torchvision' });
}

const bodyOf = ({ body }: HttpAnswer) => JSON.parse(body);

async function expectSameAsClassify(bytes: Uint8Array): Promise<void> {
  const { predictions, width, height } = await classifier.classify(bytes);
  const answer = await handler(urlEvent(JSON.stringify(imageBody(bytes))), context);
  expect(answer.statusCode, answer.body).toBe(200);
  const body = bodyOf(answer);
  expect(body.image_size).toEqual({ original: [width, height], processed: [224, 224] });
  expect(body.predictions).toEqual(
    predictions.map(({ classId, label, probability }) => ({
      label,
      class_id: classId,
      probability: Math.round(10_000 * probability) / 100,
    })),
  );
}

describe('predictions are those of classify()', () => {
  const images = ['balloon.jpg', 'daisy.png', 'oranges.jpg', 'seashore.jpg', 'volcano.jpg'];
  it.each(images)('images/%s', async name => expectSameAsClassify(await fixture(`images/${name}`)));
  it.each(ODD)('odd/%s', async name => expectSameAsClassify(await fixture(`odd/${name}`)));
  it.for(PHOTOGRAPHS)('../shared/images/%s', async (name, ctx) => {
    needShared(ctx, `images/${name}`);
    await expectSameAsClassify(await readFile(sharedPath(`images/${name}`)));
  });
});

describe('the event', () => {
  let small: Handler;
  let text: string;
  beforeAll(async () => {
    small = await smallHandler();
    // Green, and long enough for its base64 to hold every kind of digit.
    text = JSON.stringify(imageBody(await solidPng({ r: 0, g: 255, b: 0 })));
  });
  const expectGreen = async (event: unknown) => {
    const answer = await small(event, context);
    expect(answer.statusCode, answer.body).toBe(200);
    expect(bodyOf(answer).predictions[0].class_id).toBe(200);
    return bodyOf(answer);
  };

  it('has its body as a string', async () => {
    const { performance_metrics } = await expectGreen(urlEvent(text));
    expect(performance_metrics.request_size_kb).toBeCloseTo(text.length / 1024, 2);
  });

  it('has its body as base64', async () => {
    const event = urlEvent(Buffer.from(text).toString('base64'), { isBase64Encoded: true });
    const { performance_metrics } = await expectGreen(event);
    expect(performance_metrics.request_size_kb).toBeCloseTo(text.length / 1024, 2);
  });

  it('is the body itself', async () => {
    const { performance_metrics } = await expectGreen(JSON.parse(text));
    expect(performance_metrics.request_size_kb).toBeCloseTo(text.length / 1024, 2);
  });

  it('is a body with nothing around it', () => expectGreen({ body: text }));

  it('is of payload 1.0', async () => {
    const { performance_metrics } = await expectGreen(restEvent(text));
    expect(performance_metrics.request_size_kb).toBeCloseTo(text.length / 1024, 2);
  });

  it.each([
    ['2.0', preflightEvent()],
    ['1.0', restEvent(null, 'OPTIONS')],
  ])('is a preflight of payload %s', async (_, event) => {
    const { statusCode, headers, body } = await small(event, context);
    expect([statusCode, body]).toEqual([204, '']);
    expect(headers).toMatchObject({
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Methods': expect.stringContaining('POST'),
      'Access-Control-Allow-Headers': 'content-type',
    });
  });

  it("is a preflight that the template's HTTP API answers: by the same rules", async () => {
    const text = await readFile(join(import.meta.dirname, '../../lambda-image/template.yaml'), 'utf8');
    const { CorsConfiguration } = parseTemplate(text).Resources.Api!.Properties as Record<
      string,
      Record<string, never>
    >;
    const { AllowOrigins, AllowMethods, AllowHeaders, MaxAge } = CorsConfiguration!;
    const { httpApiUrl, environments } = await emulator({
      httpApiCors: {
        ...{ allowOrigins: AllowOrigins!, allowMethods: AllowMethods!, allowHeaders: AllowHeaders! },
        maxAgeSeconds: MaxAge!,
      },
    });
    const asked = { origin: 'https://page.example', 'access-control-request-method': 'POST' };
    const byApi = await fetch(httpApiUrl, { method: 'OPTIONS', headers: asked });
    const { statusCode, headers } = await small(preflightEvent(), context);
    expect(byApi.status).toBe(statusCode);
    for (const [name, value] of Object.entries(headers)) {
      expect(byApi.headers.get(name)?.replaceAll(/, */g, ', '), name).toBe(value);
    }
    expect((await environments()).counts.invocations).toBe(0);
  });

  it.each([
    ['a data URL', (base64: string) => `data:image/png;base64,${base64}`],
    ['lines of 76', (base64: string) => base64.replace(/.{76}/g, '$&\r\n')],
    ['no padding', (base64: string) => base64.replace(/=+$/, '')],
    ['the alphabet for URLs', (base64: string) => base64.replaceAll('+', '-').replaceAll('/', '_')],
  ])('has its picture as %s', async (_, write) => {
    await expectGreen({ image: write(JSON.parse(text).image) });
  });
});

describe('a bad body is answered with 400', () => {
  const asBody = (body: unknown) => urlEvent(typeof body === 'string' ? body : JSON.stringify(body));
  it.each([
    ['none', urlEvent(undefined), 'no body'],
    ['an empty one', urlEvent(''), 'no body'],
    ['no JSON', asBody('image=abc'), 'not JSON'],
    ['cut JSON', asBody('{"image": "abc'), 'not JSON'],
    ['an object that is no JSON text', urlEvent('', { body: { image: 'abc' } }), 'not a string'],
    ['false base64', urlEvent('{"image": "abc"}', { isBase64Encoded: true }), 'base64'],
    ['blanks', asBody(' '), 'not JSON'],
    ['a GET', urlEvent(undefined, { requestContext: { http: { method: 'GET', path: '/' } } }), 'no body'],
    ['null in payload 1.0', restEvent(null), 'no body'],
    ['an event in the body', asBody(urlEvent('{"image": "QUJD"}')), 'no "image"'],
    ['a scheduled event', scheduledEvent(), 'no "image"'],
    ['null', asBody('null'), 'not a JSON object'],
    ['an array', asBody([]), 'not a JSON object'],
    ['a number', asBody(7), 'not a JSON object'],
    ['a JSON string', asBody('"image"'), 'not a JSON object'],
    ['no image', asBody({ picture: 'abc' }), 'no "image"'],
    ['an inherited image', asBody('{"__proto__": {"image": "abcd"}}'), 'no "image"'],
    ['image null', asBody({ image: null }), 'not a string'],
    ['image a number', asBody({ image: 5 }), 'not a string'],
    ['image a list', asBody({ image: ['abcd'] }), 'not a string'],
    ['image empty', asBody({ image: '' }), 'empty'],
    ['image an empty data URL', asBody({ image: 'data:image/png;base64,' }), 'empty'],
    ['not base64', asBody({ image: 'not base64!' }), 'not base64'],
    // Their low bytes are QUJD, three bytes' worth of base64.
    ['letters beyond Latin-1', asBody({ image: '\u0151\u0155\u014A\u0144' }), 'not base64'],
    ['only blanks', asBody({ image: ' \n ' }), 'empty'],
    ['padding in between', asBody({ image: 'QUJD=QUJD' }), 'not base64'],
    ['padding too long', asBody({ image: 'QUJD====' }), 'not base64'],
    ['one digit too many', asBody({ image: 'QUJDR' }), 'not base64'],
    ['a data URL of text', asBody({ image: 'data:text/plain;base64,QUJD' }), 'not base64'],
    ['a link', asBody({ image: 'https://example.org/dog.jpg' }), 'not base64'],
    ['three bytes', asBody({ image: 'QUJD' }), 'cannot be decoded'],
    ['an event null', null, 'not a JSON object'],
    ['an event that is text', 'image', 'not a JSON object'],
    ['an event without anything', {}, 'no "image"'],
    ['an event with an image of no text', { image: 5 }, 'not a string'],
  ])('%s', async (_, event, reason) => {
    const answer = await handler(event, context);
    expect(answer.statusCode).toBe(400);
    expect(answer.headers).toEqual({ 'content-type': 'application/json', 'Access-Control-Allow-Origin': '*' });
    expect(bodyOf(answer)).toEqual({ error: expect.stringContaining(reason) });
  });

  it.each([
    ['text.jpg', 'cannot be decoded'],
    ['html.png', 'cannot be decoded'],
    ['truncated.jpg', 'cannot be decoded'],
    ['truncated-header.jpg', 'cannot be decoded'],
    ['empty.jpg', 'empty'],
    ['bomb.png', 'pixels'],
  ])('broken/%s, and the next call is served', async (name, reason) => {
    const answer = await handler(urlEvent(JSON.stringify(imageBody(await fixture(`broken/${name}`)))), context);
    expect(answer.statusCode).toBe(400);
    expect(bodyOf(answer)).toEqual({ error: expect.stringMatching(new RegExp(`^"image" .*${reason}[^\\n]*$`)) });
    expect((await handler(imageBody(await fixture('odd/baseline.jpg')), context)).statusCode).toBe(200);
  });
});

describe('what goes wrong inside', () => {
  it('is answered with 500 and logged, every time', async () => {
    const logged = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const failing = await smallHandler(failingClassifier());
    const { image } = imageBody(await fixture('odd/baseline.jpg'));
    for (let call = 1; call <= 2; call++) {
      const answer = await failing({ image }, context);
      expect(answer.statusCode).toBe(500);
      expect(answer.headers['Access-Control-Allow-Origin']).toBe('*');
      expect(bodyOf(answer)).toEqual({ error: expect.stringMatching(/^Classification failed: onnxruntime: [^\n]+$/) });
      expect(logged).toHaveBeenCalledTimes(call);
    }
    const events = logged.mock.calls.map(([line]) => String(line));
    logged.mockRestore();
    for (const event of events) {
      expect(event).toMatch(/^[^\n]+\n$/);
      expect(event).not.toContain(image.slice(0, 40));
      expect(JSON.parse(event)).toMatchObject({ level: 'ERROR', requestId: REQUEST_ID, errorType: 'QueryError' });
    }
  });

  it('is told at init when the model does not load', async () => {
    await expect(smallHandler(Buffer.from('no model'))).rejects.toThrow(SetupError);
  });
});

describe('the answer', () => {
  it('holds all that the contract names, and what it must not hold is absent', async () => {
    const fresh = await createHandler(options, line => lines.push(line));
    process.env._X_AMZN_TRACE_ID = 'Root=1-6ab12c0d-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1';
    const first = bodyOf(await fresh(imageBody(await fixture('images/oranges.jpg')), context));
    delete process.env._X_AMZN_TRACE_ID;
    const number = expect.any(Number);
    const prediction = { label: expect.any(String), class_id: number, probability: number };
    expect(first).toEqual({
      predictions: Array(5).fill(prediction),
      image_size: { original: [1280, 853], processed: [224, 224] },
      performance_metrics: {
        request_size_kb: number,
        parse_time_ms: number,
        image_processing_ms: number,
        inference_ms: number,
        post_processing_ms: number,
        memory_used_mb: number,
        memory_utilization: number,
        cpu_user_ms: number,
        cpu_system_ms: number,
        total_time_ms: number,
      },
      request_id: REQUEST_ID,
      trace_header: 'Root=1-6ab12c0d-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1',
      cold_start: true,
      environment_id: ENVIRONMENT_ID,
      init_ms: number,
      init_gap_ms: number,
      init_runtime_ms: number,
      init_imports_ms: number,
      init_session_ms: number,
      model: options.model,
      runtime: expect.objectContaining({ node: process.versions.node, threads: 1, memory_mb: 1024 }),
    });
    expect(first.runtime.onnxruntime).toMatch(/^\d+\.\d+/);

    const metrics = first.performance_metrics;
    const { parse_time_ms, image_processing_ms, inference_ms, post_processing_ms, total_time_ms } = metrics;
    const parts = parse_time_ms + image_processing_ms + inference_ms + post_processing_ms;
    expect(parts).toBeLessThanOrEqual(total_time_ms + 0.01);
    expect(parts).toBeGreaterThan(total_time_ms * 0.5);
    expect(metrics.memory_utilization).toBeCloseTo((100 * metrics.memory_used_mb) / 1024, 1);
    expect(metrics.cpu_user_ms + metrics.cpu_system_ms).toBeGreaterThan(0);

    const second = bodyOf(await fresh(imageBody(await fixture('odd/baseline.jpg')), {}));
    expect(second).toMatchObject({ cold_start: false, environment_id: ENVIRONMENT_ID, init_ms: first.init_ms });
    expect(second).not.toHaveProperty('init_session_ms');
    expect(second.init_gap_ms).toBeGreaterThan(first.init_gap_ms);
    expect(second).not.toHaveProperty('request_id');
    expect(second).not.toHaveProperty('trace_header');
  });

  // Clocks as they stand at the call, against the end of init.
  it.each([
    ['at once', { monotonicMs: 0.25, wallMs: 1 }, 0.25],
    ['after a freeze that stopped the monotonic clock', { monotonicMs: 0.25, wallMs: 3_600_001 }, 3_600_000],
    ['after the wall clock was set back', { monotonicMs: 5_000, wallMs: -3_600_000 }, 5_000],
  ])('tells the gap between init and call, %s', async (_, moved, gap) => {
    const clocks = { monotonic: vi.spyOn(performance, 'now'), wall: vi.spyOn(Date, 'now') };
    try {
      clocks.monotonic.mockReturnValue(500);
      clocks.wall.mockReturnValue(1_790_000_000_000);
      const fresh = await smallHandler();
      clocks.monotonic.mockReturnValue(500 + moved.monotonicMs);
      clocks.wall.mockReturnValue(1_790_000_000_000 + moved.wallMs);
      const { init_ms, init_gap_ms } = bodyOf(await fresh(imageBody(await fixture('odd/baseline.jpg'))));
      expect([init_ms, init_gap_ms]).toEqual([500, gap]);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('outside Lambda names an environment all the same, and no memory', async () => {
    const [one, other] = [await smallHandler(), await smallHandler()];
    const body = imageBody(await fixture('odd/baseline.jpg'));
    const [first, second, third] = [bodyOf(await one(body)), bodyOf(await one(body)), bodyOf(await other(body))];
    expect(first.environment_id).toMatch(/^[0-9a-f]{32}$/);
    expect(second.environment_id).toBe(first.environment_id);
    expect(third.environment_id).not.toBe(first.environment_id);
    expect(third.cold_start).toBe(true);
    expect(first.performance_metrics).not.toHaveProperty('memory_utilization');
    expect(first.runtime).not.toHaveProperty('memory_mb');
    expect(first.model).toEqual({ name: 'small' });
  });

  it('knows a first call as such whatever becomes of it', async () => {
    const fresh = await smallHandler();
    expect((await fresh({}, context)).statusCode).toBe(400);
    expect(bodyOf(await fresh(imageBody(await fixture('odd/baseline.jpg')), context)).cold_start).toBe(false);
  });
});

describe('metrics', () => {
  it('are one line a call, with the figures of the answer', async () => {
    const { performance_metrics } = bodyOf(await handler(imageBody(await fixture('odd/baseline.jpg')), context));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      FunctionName: 'classify',
      HandlerTime: performance_metrics.total_time_ms,
      InferenceTime: performance_metrics.inference_ms,
      MemoryUsed: performance_metrics.memory_used_mb,
      MemoryUtilization: performance_metrics.memory_utilization,
      ColdStart: 0,
      BadRequest: 0,
      Failure: 0,
      requestId: REQUEST_ID,
      environmentId: ENVIRONMENT_ID,
      statusCode: 200,
    });
  });

  it('count bad requests, without times', async () => {
    await handler({}, context);
    const { _aws, ...values } = JSON.parse(lines[0]!);
    expect(values).toMatchObject({ BadRequest: 1, Failure: 0, statusCode: 400 });
    expect(values).not.toHaveProperty('HandlerTime');
  });

  it('tell of a cold start whatever the first call is', async () => {
    const fresh = await createHandler(options, line => lines.push(line));
    await fresh(preflightEvent(), context);
    await fresh({}, context);
    const [first, second] = lines.map(line => JSON.parse(line));
    expect(first).toMatchObject({ ColdStart: 1, InitTime: expect.any(Number), statusCode: 204 });
    expect(first).not.toHaveProperty('BadRequest');
    expect(second).toMatchObject({ ColdStart: 0, BadRequest: 1 });
    expect(second).not.toHaveProperty('InitTime');
  });
});
