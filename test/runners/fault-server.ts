/** Real servers on this machine for whoever calls a function by its URL: they answer as it would, or fail in a way of their own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FailureKind } from '../../src/core/errors.ts';

export interface ReceivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The body is in; the answer may come at once or later. */
export type Responder = (request: ReceivedRequest, response: ServerResponse) => void;

export interface TestServer {
  /** Without a path. */
  readonly url: string;
  /** How many were made so far. */
  connections(): number;
  readonly requests: readonly ReceivedRequest[];
  /** Those that are open and have no request in flight. */
  closeIdle(): void;
  close(): Promise<void>;
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Made by openssl for 127.0.0.1, trusted by nobody; undefined where there is no openssl. */
export function selfSignedCertificate(): Certificate | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'resnet-bench-test-certificate-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  try {
    execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A server of HTTP, or of HTTPS with a certificate, that never closes an idle connection by itself. */
export async function startServer(respond: Responder, certificate?: Certificate): Promise<TestServer> {
  const requests: ReceivedRequest[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const received = { method, path, headers, body: Buffer.concat(chunks).toString() };
      requests.push(received);
      respond(received, response);
    });
  };
  const server = certificate ? createHttpsServer(certificate, listener) : createHttpServer(listener);
  server.keepAliveTimeout = 0;
  let connections = 0;
  server.on(certificate ? 'secureConnection' : 'connection', () => connections++);
  const port = await listen(server);
  return {
    url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
    connections: () => connections,
    requests,
    closeIdle: () => server.closeIdleConnections(),
    close: () => {
      server.closeAllConnections();
      return closed(server);
    },
  };
}

/** As the original Python function answers: nothing of ours in it. */
export const PYTHON_ANSWER = {
  predictions: [
    { label: 'beagle', class_id: 162, probability: 77.71 },
    { label: 'English foxhound', class_id: 167, probability: 11.2 },
    { label: 'Walker hound', class_id: 166, probability: 8.4 },
    { label: 'basset', class_id: 161, probability: 0.07 },
    { label: 'bluetick', class_id: 164, probability: 0 },
  ],
  image_size: { original: [1125, 750], processed: [224, 224] },
  performance_metrics: {
    request_size_kb: 121.5,
    parse_time_ms: 31.25,
    image_processing_ms: 18.5,
    inference_ms: 222.125,
    memory_used_mb: 410.5,
    memory_utilization: 40.1,
    cpu_utilization: 12.5,
    total_time_ms: 275.5,
  },
};

/** As our own handler answers. */
export const OUR_ANSWER = {
  ...PYTHON_ANSWER,
  performance_metrics: {
    ...PYTHON_ANSWER.performance_metrics,
    post_processing_ms: 0.125,
    cpu_user_ms: 240.5,
    cpu_system_ms: 10.25,
  },
  request_id: '3f6e9a6e-0000-4000-8000-000000000000',
  trace_header: 'Root=1-6553f100-0123456789abcdef01234567;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:0a1b2c3d:0',
  cold_start: false,
  environment_id: '0123456789abcdef0123456789abcdef',
  init_ms: 690.5,
  init_gap_ms: 12.5,
  model: { name: 'resnet50-v1-12', sha256: 'ab'.repeat(32) },
  runtime: {
    node: '22.11.0',
    onnxruntime: '1.30.0',
    threads: 1,
    memory_mb: 1024,
    cpu_model: 'Intel(R) Xeon(R) Processor @ 2.50GHz',
    cpu_count: 2,
    cpu_flags: ['avx2', 'fma'],
  },
};

/** What a plain Invoke answers around a body; twice for deployments that nest it once more. */
export function nested(answer: unknown, statusCode = 200): object {
  return { statusCode, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(answer) };
}

export function json(content: unknown, status = 200, headers: Record<string, string> = {}): Responder {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(content));
  };
}

function text(content: string, status = 200, type = 'text/plain'): Responder {
  return (_, response) => {
    response.writeHead(status, { 'content-type': type }).end(content);
  };
}

const WHOLE = JSON.stringify(OUR_ANSWER);
const HTML = '<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>';

/** A length that the body never reaches, and then whatever `then` does. */
function halfOf(then: (response: ServerResponse) => void): Responder {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': WHOLE.length });
    response.write(WHOLE.slice(0, WHOLE.length / 2), () => then(response));
  };
}

/** One byte each 20 ms, so that no pause is ever long. */
const byteByByte: Responder = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': WHOLE.length });
  let sent = 0;
  const timer = setInterval(() => response.write(WHOLE[sent++]), 20);
  response.on('close', () => clearInterval(timer));
};

const endless: Responder = (_, response) => {
  const chunk = Buffer.alloc(1024 * 1024, ' ');
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
};

export interface Fault {
  readonly kind: FailureKind;
  /** What a message must say, beside the status. */
  readonly says: RegExp;
  readonly httpStatus?: number;
  start(): Promise<{ readonly url: string; close(): Promise<void> }>;
}

function http(kind: FailureKind, httpStatus: number | undefined, says: RegExp, respond: Responder): Fault {
  return { kind, says, ...(httpStatus !== undefined && { httpStatus }), start: () => startServer(respond) };
}

/** A server of TCP: `onData` is called for what comes, the number of its connection beside it. */
export async function startTcpServer(onData: (socket: Socket, connection: number) => void) {
  const sockets = new Set<Socket>();
  const server = createTcpServer(socket => {
    const connection = sockets.size;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => onData(socket, connection));
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => sockets.size,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return closed(server);
    },
  };
}

/** `onData` is called once, when the first of a request has come. */
function tcp(
  kind: FailureKind,
  says: RegExp,
  onData: (socket: Socket) => void,
  { scheme = 'http', httpStatus }: { scheme?: string; httpStatus?: number } = {},
): Fault {
  const start = async () => {
    const begun = new Set<Socket>();
    const { url, close } = await startTcpServer(socket => {
      if (!begun.has(socket)) onData(socket);
      begun.add(socket);
    });
    return { url: url.replace('http', scheme), close };
  };
  return { kind, says, ...(httpStatus !== undefined && { httpStatus }), start };
}

async function startNothing() {
  const server = createTcpServer();
  const port = await listen(server);
  await closed(server);
  return { url: `http://127.0.0.1:${port}`, close: async () => {} };
}

const wrong = (predictions: unknown) => json({ ...OUR_ANSWER, predictions });
const [best, ...others] = OUR_ANSWER.predictions;

export const OK_HEAD = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${WHOLE.length}\r\n`;
/** What is sent, and the connection left open: the client is to see by itself that it is wrong. */
const raw = (kind: FailureKind, says: RegExp, answer: string, httpStatus?: number) =>
  tcp(kind, says, socket => socket.write(answer), httpStatus === undefined ? {} : { httpStatus });
const compressed = (body: Buffer, coding: string): Responder => {
  return (_, response) => void response.writeHead(200, { 'content-encoding': coding }).end(body);
};
const zipped = gzipSync(WHOLE);

/** Every bad day of a call, by name. Those that hang take as long as the caller lets them. */
export const FAULTS = {
  refused: { kind: 'refused', says: /refuses connections \(ECONNREFUSED\)/, start: startNothing },
  dns: {
    kind: 'dns',
    says: /no-such-function\.invalid cannot be found/,
    start: async () => ({ url: 'http://no-such-function.invalid', close: async () => {} }),
  },
  'no TLS': tcp('tls', /no TLS connection/, socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), {
    scheme: 'https',
  }),
  'closed within TLS': tcp('tls', /no TLS connection/, socket => socket.destroy(), { scheme: 'https' }),
  reset: tcp('reset', /closed the connection without an answer/, socket => socket.resetAndDestroy()),
  closed: tcp('reset', /closed the connection without an answer/, socket => socket.end()),
  'closed within its head': tcp('truncated', /answered and broke off/, socket => socket.end(OK_HEAD)),
  'unasked 100': raw('not-http', /something else than HTTP/, `HTTP/1.1 100 Continue\r\n\r\n${OK_HEAD}\r\n${WHOLE}`),
  'unasked 101': raw(
    'not-http',
    /something else than HTTP/,
    'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  ),
  'two lengths': raw('not-http', /something else than HTTP/, `${OK_HEAD}content-length: 7\r\n\r\n${WHOLE}`),
  'a status that is none': raw('not-http', /something else than HTTP/, 'HTTP/1.1 099 OK\r\ncontent-length: 0\r\n\r\n'),
  'endless headers': raw('not-http', /more headers than/, `${OK_HEAD}x: ${'x'.repeat(100_000)}`),
  'chunks of no length': raw(
    'not-http',
    /answered 200 in something else than HTTP/,
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nmany\r\n${WHOLE}`,
    200,
  ),
  'too short a length': raw(
    'truncated',
    /JSON that breaks off/,
    `HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n${WHOLE}`,
    200,
  ),
  'no gzip': http('not-json', 200, /not gzip as its head says/, compressed(Buffer.from(WHOLE), 'gzip')),
  'gzip cut short': http('truncated', 200, /breaks off within its gzip/, compressed(zipped.subarray(0, -20), 'gzip')),
  'far too much in little': http(
    'bad-answer',
    200,
    /more than Lambda can/,
    compressed(gzipSync(Buffer.alloc(9 * 1024 * 1024)), 'gzip'),
  ),
  'an unknown encoding': http('not-json', 200, /encoding that is not read/, compressed(zipped, 'gzip, brotli')),
  'no HTTP': tcp('not-http', /something else than HTTP/, socket => socket.end('SSH-2.0-OpenSSH_9.6\r\n')),
  hangs: http('timeout', undefined, /^no answer within/, () => {}),
  'hangs within TLS': tcp('timeout', /^no connection to .* within/, () => {}, { scheme: 'https' }),
  'hangs within its answer': http(
    'timeout',
    200,
    /^no whole answer within/,
    halfOf(() => {}),
  ),
  'byte by byte': http('timeout', 200, /^no whole answer within/, byteByByte),
  403: http('http-403', 403, /Forbidden/, json({ Message: 'Forbidden. For troubleshooting, see AWS' }, 403)),
  404: http('http-4xx', 404, /Not Found/, json({ message: 'Not Found' }, 404)),
  400: http('http-4xx', 400, /no "image"/, json({ error: 'the body has no "image"' }, 400)),
  429: http('throttled', 429, /Too Many/, json({ message: 'Too Many Requests' }, 429)),
  413: http('too-large', 413, /413/, text('', 413)),
  500: http('http-5xx', 500, /failed: out of memory/, json({ error: 'Classification failed: out of\nmemory' }, 500)),
  502: http('http-5xx', 502, /: Internal Server Error$/, text('Internal Server Error', 502)),
  'HTML with 503': http('http-5xx', 503, /^answered 503$/, text(HTML, 503, 'text/html')),
  '500 nested': http('http-5xx', 500, /boom/, json(nested({ error: 'boom' }, 500))),
  '400 nested twice': http('http-4xx', 400, /no image/, json(nested(nested({ error: 'no image' }, 400)))),
  '500 nested without a body': http('http-5xx', 500, /^answered 500$/, json({ statusCode: 500 })),
  '429 nested without a body': http('throttled', 429, /slow down/, json({ statusCode: '429', message: 'slow down' })),
  'an error of Lambda': http(
    'bad-answer',
    200,
    /without predictions: Task timed out/,
    json({ errorMessage: 'Task timed out after 3.00 seconds', errorType: 'Sandbox.Timedout' }),
  ),
  'a sentence': http('http-5xx', 503, /: not now$/, json('not now', 503)),
  redirect: http(
    'redirect',
    302,
    /a redirect to elsewhere\.example:8443,/,
    json({}, 302, { location: 'https://user:word@elsewhere.example:8443/login?next=x' }),
  ),
  'redirect nowhere': http('redirect', 307, /does not tell where/, text('', 307)),
  HTML: http('not-json', 200, /HTML instead of JSON/, text(HTML, 200, 'text/html')),
  text: http('not-json', 200, /text instead of JSON/, text('hello')),
  'no content': http('not-json', 204, /nothing instead of JSON/, text('', 204)),
  'text nested': http('not-json', 200, /text instead of JSON/, json({ statusCode: 200, body: 'hello' })),
  'truncated JSON': http('truncated', 200, /breaks off/, text(WHOLE.slice(0, -50), 200, 'application/json')),
  'cut at a bracket': http('truncated', 200, /breaks off/, text(WHOLE.slice(0, WHOLE.indexOf('}') + 1))),
  'broken JSON': http('not-json', 200, /text instead of JSON/, text('{"a": "}" b}')),
  'cut short': http(
    'truncated',
    200,
    /broke off/,
    halfOf(response => response.destroy()),
  ),
  'reset within its answer': http(
    'truncated',
    200,
    /broke off/,
    // Not at once: a reset throws away what the client has not read yet.
    halfOf(({ socket }) => void setTimeout(() => socket?.resetAndDestroy(), 200)),
  ),
  'cut between chunks': http('truncated', 200, /broke off/, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(WHOLE.slice(0, 100), () => response.destroy());
  }),
  'far too much': http('bad-answer', 200, /more than Lambda can/, endless),
  'no predictions': http('bad-answer', 200, /without predictions$/, json({ image_size: {} })),
  'no object': http('bad-answer', 200, /without predictions$/, json([1, 2])),
  'no predictions but a reason': http('bad-answer', 200, /without predictions: no model/, json({ error: 'no model' })),
  'empty predictions': http('bad-answer', 200, /without predictions/, wrong([])),
  'predictions of a wrong type': http('bad-answer', 200, /no list but "beagle"/, wrong('beagle')),
  'a prediction of a wrong type': http('bad-answer', 200, /162 as predictions\[0\] instead/, wrong([162])),
  'a label of a wrong type': http('bad-answer', 200, /7 as predictions\[0\]\.label/, wrong([{ ...best, label: 7 }])),
  'a class that is none': http(
    'bad-answer',
    200,
    /1000 as predictions\[1\]\.class_id instead of a class from 0 to 999/,
    wrong([best, { ...others[0], class_id: 1000 }]),
  ),
  'a class of a wrong type': http(
    'bad-answer',
    200,
    /"162" as predictions\[0\]\.class_id/,
    wrong([{ ...best, class_id: '162' }]),
  ),
  'a class twice': http('bad-answer', 200, /with class 162 twice/, wrong([best, best])),
  'an endless label': http(
    'bad-answer',
    200,
    /label instead of a name/,
    wrong([{ ...best, label: 'x'.repeat(5_000) }]),
  ),
  'no probability': http('bad-answer', 200, /nothing as .*probability/, wrong([{ ...best, probability: undefined }])),
  'more than 100 %': http('bad-answer', 200, /100\.01 as .*probability/, wrong([{ ...best, probability: 100.01 }])),
} as const satisfies Record<string, Fault>;
export type FaultName = keyof typeof FAULTS;

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
  });
}
