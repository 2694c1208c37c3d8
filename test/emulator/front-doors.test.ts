import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/start.ts';
import { type Echo, echo, emulator, invoke, invokeUrl, options, post, raw, until } from './harness.ts';

const ROOT = '1-3152b799-8954dae64eda91bc9a23a7e8';
const REQUEST_LIMIT = 6_291_456;
const RESPONSE_LIMIT = 6_291_556;
const cors = {
  allowOrigins: ['https://page.example'],
  allowMethods: ['POST'],
  allowHeaders: ['content-type'],
  maxAgeSeconds: 60,
};

let lambda: Emulator;
beforeAll(async () => {
  lambda = await startEmulator(options({ httpApiTimeoutMs: 500 }), AbortSignal.timeout(20_000));
});
afterAll(() => lambda.stop());

const doors = ['functionUrl', 'httpApiUrl'] as const;

describe('the event', () => {
  it.each(doors)('holds every field of payload 2.0 (%s)', async door => {
    const before = Date.now();
    const response = await fetch(`${lambda[door]}a%20b/c?x=1&y=%C3%A9+e&x=2`, {
      method: 'PUT',
      body: '{"a":"é"}',
      headers: [
        ['Content-Type', 'application/json'],
        ['X-Twice', '1'],
        ['X-Twice', '2'],
        ['Cookie', 'a=1; b=2'],
        ['User-Agent', 'test'],
      ],
    });
    const { event, headers } = (await response.json()) as Echo;
    const { host } = new URL(lambda[door]);
    expect(event).toEqual({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/a%20b/c',
      rawQueryString: 'x=1&y=%C3%A9+e&x=2',
      cookies: ['a=1', 'b=2'],
      headers: expect.objectContaining({
        host,
        cookie: 'a=1; b=2',
        'content-type': 'application/json',
        'user-agent': 'test',
        'x-twice': expect.stringMatching(/^1, ?2$/),
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': '443',
        'x-forwarded-proto': 'https',
        'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
      }),
      queryStringParameters: { x: '1,2', y: 'é e' },
      requestContext: {
        accountId: door === 'functionUrl' ? 'anonymous' : '123456789012',
        apiId: expect.stringMatching(door === 'functionUrl' ? /^[0-9a-f]{32}$/ : /^[0-9a-f]{10}$/),
        authentication: null,
        domainName: host,
        domainPrefix: event.requestContext.apiId,
        http: { method: 'PUT', path: '/a%20b/c', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
        requestId: expect.any(String),
        routeKey: '$default',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      body: '{"a":"é"}',
      isBase64Encoded: false,
    });
    expect(event.requestContext.timeEpoch).toBeGreaterThanOrEqual(before - 1);
    const id = response.headers.get(door === 'functionUrl' ? 'x-amzn-requestid' : 'apigw-requestid');
    expect(event.requestContext.requestId).toBe(id);
    if (door === 'functionUrl') expect(headers['lambda-runtime-aws-request-id']).toBe(id);
    else expect(id).toMatch(/^[\w+/]{15}=$/);
  });

  it('leaves out what is not there', async () => {
    const response = await fetch(lambda.functionUrl);
    const { event } = (await response.json()) as Echo;
    expect(event).toMatchObject({ rawPath: '/', rawQueryString: '', isBase64Encoded: false });
    for (const field of ['body', 'cookies', 'queryStringParameters', 'pathParameters'])
      expect(event).not.toHaveProperty(field);
  });

  it.each([
    ['text/plain', false],
    ['application/problem+json; charset=utf-8', false],
    ['application/xml', false],
    ['application/javascript', false],
    ['image/jpeg', true],
    ['application/x-www-form-urlencoded', true],
    ['multipart/form-data; boundary=x', true],
    ['not a content type', true],
  ])('carries a body of type %s as base64: %s', async (type, isBase64Encoded) => {
    const response = await fetch(lambda.functionUrl, {
      method: 'POST',
      body: 'grüße',
      headers: { 'content-type': type },
    });
    const { event } = (await response.json()) as Echo;
    const body = isBase64Encoded ? Buffer.from('grüße').toString('base64') : 'grüße';
    expect(event).toMatchObject({ body, isBase64Encoded });
  });

  it('carries text that is not UTF-8 as base64', async () => {
    const body = Buffer.from([0x22, 0xff, 0x22]);
    const response = await fetch(lambda.functionUrl, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/plain' },
    });
    expect(((await response.json()) as Echo).event).toMatchObject({
      body: body.toString('base64'),
      isBase64Encoded: true,
    });
  });
});

describe('what HTTP allows and a client library hides', () => {
  /** The event that the function got, and the answer's first line. */
  async function sent(door: (typeof doors)[number], lines: readonly string[], body = '') {
    const answer = await raw(lambda[door], lines, body);
    const event: Echo['event'] = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)).event;
    return { event, status: answer.split('\r\n')[0] };
  }

  it.each(doors)('hands every header on under its own name (%s)', async door => {
    const { event } = await sent(door, ['GET / HTTP/1.1', 'Constructor: a', 'ToString: b', 'X-Multi: 1', 'x-multi: 2']);
    expect(event.headers).toMatchObject({ constructor: 'a', tostring: 'b', 'x-multi': '1,2' });
  });

  it('names the cipher at a Function URL only', async () => {
    for (const door of doors) {
      const { event } = await sent(door, ['GET / HTTP/1.1']);
      expect('x-amzn-tls-version' in event.headers).toBe(door === 'functionUrl');
      expect('x-amzn-tls-cipher-suite' in event.headers).toBe(door === 'functionUrl');
    }
  });

  it.each([
    ['http://elsewhere.example/a?b=1', '/a', 'b=1'],
    ['http://elsewhere.example?b=1', '/', 'b=1'],
    ['//a/../b;c=1/?x=1?y', '//a/../b;c=1/', 'x=1?y'],
    ['*', '*', ''],
  ])('takes the target %s', async (target, rawPath, rawQueryString) => {
    const { event } = await sent('functionUrl', [`OPTIONS ${target} HTTP/1.1`]);
    expect(event).toMatchObject({ rawPath, rawQueryString, requestContext: { http: { path: rawPath } } });
  });

  it('reads a body in chunks, of a GET, or without a type', async () => {
    const chunks = '2\r\nab\r\n1\r\nc\r\n0\r\n\r\n';
    const chunked = await sent('functionUrl', ['POST / HTTP/1.1', 'Transfer-Encoding: chunked'], chunks);
    expect(chunked.event).toMatchObject({ body: Buffer.from('abc').toString('base64'), isBase64Encoded: true });
    expect(chunked.event.headers).not.toHaveProperty('transfer-encoding');
    const get = await sent('functionUrl', ['GET / HTTP/1.1', 'Content-Type: text/plain', 'Content-Length: 3'], 'abc');
    expect(get.event).toMatchObject({ body: 'abc', isBase64Encoded: false });
  });

  it('takes any method', async () => {
    for (const method of ['QUERY', 'TRACE', 'PURGE']) {
      const { event, status } = await sent('functionUrl', [`${method} / HTTP/1.1`]);
      expect([status, event.requestContext.http.method]).toEqual(['HTTP/1.1 200 OK', method]);
    }
  });

  it('answers HEAD with the length alone', async () => {
    const answer = await raw(lambda.functionUrl, ['HEAD / HTTP/1.1']);
    expect(answer).toMatch(/^content-length: [1-9]\d+\r$/m);
    expect(answer).toMatch(/\r\n\r\n$/);
  });
});

describe('the trace', () => {
  const header = `Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=0`;

  it("keeps a client's Root and decision through a Function URL", async () => {
    const response = await post(lambda.functionUrl, {}, { 'x-amzn-trace-id': header });
    const { event, headers } = (await response.json()) as Echo;
    expect(event.headers['x-amzn-trace-id']).toMatch(new RegExp(`^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=${ROOT}$`));
    expect(headers['lambda-runtime-trace-id']).toMatch(new RegExp(`^Root=${ROOT};Parent=[0-9a-f]{16};Sampled=0$`));
    expect(response.headers.get('x-amzn-trace-id')).toBe(`root=${ROOT};sampled=0`);
  });

  it('keeps it through Invoke, keys in any order and case', async () => {
    const response = await post(
      invokeUrl(lambda),
      {},
      { 'x-amzn-trace-id': ` sampled=1; parent=53995c3f42cd8ad8; root=${ROOT}` },
    );
    const { headers } = (await response.json()) as Echo;
    expect(headers['lambda-runtime-trace-id']).toMatch(new RegExp(`^Root=${ROOT};Parent=[0-9a-f]{16};Sampled=1$`));
    expect(response.headers.get('x-amzn-trace-id')).toBe(`root=${ROOT};sampled=1`);
  });

  it('hides it behind an HTTP API, and tells the client nothing', async () => {
    const response = await post(lambda.httpApiUrl, {}, { 'x-amzn-trace-id': header });
    const { event, headers } = (await response.json()) as Echo;
    expect(JSON.stringify([event.headers, headers])).not.toContain(ROOT);
    expect(headers['lambda-runtime-trace-id']).not.toContain(event.headers['x-amzn-trace-id']);
    expect(response.headers.get('x-amzn-trace-id')).toBeNull();
    expect(response.headers.get('x-amzn-requestid')).toBeNull();
  });

  it('is a Root alone when tracing is passed through', async () => {
    const through = await emulator({ tracing: 'PassThrough' });
    const { body, log } = await invoke(through, {});
    expect((JSON.parse(body) as Echo).headers['lambda-runtime-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(log).not.toContain('XRAY');
  });
});

describe("the function's answer over HTTP", () => {
  const cases: [string, unknown, number, string, Record<string, string>?][] = [
    ['an object without statusCode', { a: 1 }, 200, '{"a":1}', { 'content-type': 'application/json' }],
    ['a list', [1, 2], 200, '[1,2]'],
    ['a string, without its quotes', 'plain', 200, 'plain'],
    ['null', null, 200, 'null'],
    ['a statusCode', { statusCode: 201, body: 'made' }, 201, 'made', { 'content-type': 'application/json' }],
    ['a statusCode that is a string', { statusCode: '418', body: '' }, 418, ''],
    [
      'headers and cookies',
      { statusCode: 200, headers: { 'X-A': 'b', 'Content-Type': 'text/html' }, cookies: ['a=1', 'b=2'], body: '<p>' },
      200,
      '<p>',
      { 'x-a': 'b', 'content-type': 'text/html', 'set-cookie': 'a=1, b=2' },
    ],
    ['base64', { statusCode: 200, body: Buffer.from('bytes').toString('base64'), isBase64Encoded: true }, 200, 'bytes'],
    [
      'a length of its own',
      { statusCode: 200, headers: { 'Content-Length': '999' }, body: 'short' },
      200,
      'short',
      { 'content-length': '5' },
    ],
  ];
  it.each(cases)('%s', async (_name, answer, status, text, headers = {}) => {
    for (const door of doors) {
      const response = await post(lambda[door], { answer });
      expect([response.status, await response.text()]).toEqual([status, text]);
      for (const [name, value] of Object.entries(headers)) expect(response.headers.get(name)).toBe(value);
    }
  });

  it.each([
    ['a status out of range', { answer: { statusCode: 99 } }],
    ['a status that is no number', { answer: { statusCode: 'good' } }],
    ['headers that are a list', { answer: { statusCode: 200, headers: ['a'] } }],
    ['a header with a line break', { answer: { statusCode: 200, headers: { a: 'b\r\nc: d' } } }],
    ['a header of many values', { answer: { statusCode: 200, headers: { a: ['1', '2'] } } }],
    ['cookies that are no list', { answer: { statusCode: 200, cookies: 'a=1' } }],
    ['base64 that is none', { answer: { statusCode: 200, body: '<p>', isBase64Encoded: true } }],
    ['no JSON at all', { raw: 'certainly not' }],
    ['an error', { throw: 'no' }],
  ])('502 or 500 for %s', async (_name, order) => {
    const url = await post(lambda.functionUrl, order);
    expect([url.status, await url.text()]).toEqual([502, 'Internal Server Error']);
    const http = await post(lambda.httpApiUrl, order);
    expect([http.status, await http.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });
});

describe('sizes', () => {
  it('takes a request of the limit through Invoke and refuses one byte more', async () => {
    const send = (bytes: number) =>
      fetch(invokeUrl(lambda), { method: 'POST', body: JSON.stringify({ answer: 1, x: 'x'.repeat(bytes - 19) }) });
    expect((await send(REQUEST_LIMIT)).status).toBe(200);
    const refused = await send(REQUEST_LIMIT + 1);
    expect([refused.status, refused.headers.get('x-amzn-errortype')]).toEqual([413, 'RequestTooLargeException']);
  });

  it('counts the envelope at a Function URL and an HTTP API', async () => {
    for (const door of doors) {
      const send = (bytes: number) => post(lambda[door], { answer: 1, x: 'x'.repeat(bytes) });
      expect((await send(REQUEST_LIMIT - 4_096)).status).toBe(200);
      expect((await send(REQUEST_LIMIT - 600)).status).toBe(413);
      expect((await send(REQUEST_LIMIT + 4_000_000)).status).toBe(413);
    }
  });

  it('passes an answer of the limit and turns a longer one into an error', async () => {
    expect((await invoke(lambda, { bytes: RESPONSE_LIMIT })).body).toHaveLength(RESPONSE_LIMIT);
    const over = { bytes: RESPONSE_LIMIT + 1 };
    const { body, error, log } = await invoke(lambda, over);
    expect([error, JSON.parse(body).errorType]).toEqual(['Unhandled', 'Function.ResponseSizeTooLarge']);
    expect(log).toContain(
      'response 413 {"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).","errorType":"RequestEntityTooLarge"}',
    );
    expect((await post(lambda.functionUrl, over)).status).toBe(502);
    expect((await post(lambda.httpApiUrl, over)).status).toBe(500);
    // The environment lives on, once it has done with that answer.
    await until(async () => (await lambda.environments()).environments.every(one => one.state === 'idle'));
    expect((await echo(lambda.functionUrl)).cold).toBe(false);
  });
});

it('has patience with a slow client at an HTTP API', async () => {
  const patient = await emulator({ httpApiTimeoutMs: 1_500 });
  // Its first environment is there already.
  await echo(patient.httpApiUrl);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = request(patient.httpApiUrl, { method: 'POST', headers: { 'content-type': 'text/plain' } }, resolve);
    call.once('error', reject).write('a');
    setTimeout(() => call.end('b'), 2_000);
  });
  response.resume();
  expect(response.statusCode).toBe(200);
});

it('gives up on a slow function at an HTTP API, which goes on', async () => {
  const response = await post(lambda.httpApiUrl, { sleepMs: 700 });
  expect([response.status, await response.json()]).toEqual([503, { message: 'Service Unavailable' }]);
});

describe('CORS of a Function URL', () => {
  it('answers a preflight itself and adds headers to every answer, twice where the function did too', async () => {
    const withCors = await emulator({ cors });
    const origin = 'https://page.example';
    const preflight = await fetch(withCors.functionUrl, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(200);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '60',
    });
    const answer = { statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*' }, body: '' };
    const { headers } = await post(withCors.functionUrl, { answer }, { origin });
    expect(headers.get('access-control-allow-origin')).toBe(`*, ${origin}`);
    expect((await withCors.environments()).counts.invocations).toBe(1);
  });

  it('leaves OPTIONS to the function when it is not configured', async () => {
    const status = await new Promise((resolve, reject) => {
      const call = request(lambda.functionUrl, { method: 'OPTIONS' }, response =>
        resolve(response.resume().statusCode),
      );
      call.once('error', reject).end();
    });
    expect(status).toBe(200);
  });
});

it('takes any method', async () => {
  for (const method of ['GET', 'HEAD', 'DELETE', 'PATCH', 'PROPFIND']) {
    expect((await fetch(`${lambda.functionUrl}x`, { method })).status).toBe(200);
  }
});

describe('CORS of an HTTP API', () => {
  const cors = {
    allowOrigins: ['https://page.example'],
    allowMethods: ['POST'],
    allowHeaders: ['content-type'],
    maxAgeSeconds: 60,
  };
  const answer = { statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*', 'x-own': '1' }, body: 'x' };

  it('answers a preflight itself, and lets nothing through that the function says of it', async () => {
    const lambda = await emulator({ httpApiCors: cors });
    const asked = { origin: 'https://page.example', 'access-control-request-method': 'POST' };
    const preflight = await fetch(lambda.httpApiUrl, { method: 'OPTIONS', headers: asked });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://page.example',
    ]);
    expect(preflight.headers.get('access-control-max-age')).toBe('60');
    expect((await lambda.environments()).counts.invocations).toBe(0);
    const own = await post(lambda.httpApiUrl, { answer }, { origin: 'https://page.example' });
    expect([own.headers.get('access-control-allow-origin'), own.headers.get('x-own')]).toEqual([
      'https://page.example',
      '1',
    ]);
    const other = await post(lambda.httpApiUrl, { answer }, { origin: 'https://other.example' });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    const none = await post(lambda.httpApiUrl, { answer });
    expect(none.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('leaves it to the function when it is not configured', async () => {
    const lambda = await emulator();
    const response = await post(lambda.httpApiUrl, { answer }, { origin: 'https://page.example' });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });
});
