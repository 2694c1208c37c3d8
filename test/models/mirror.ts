/** A mirror on this machine that behaves, or misbehaves, as a test says, and remembers what it was asked. */
import { once } from 'node:events';
import { createServer, Server as HttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { onTestFinished, vi } from 'vitest';

export interface Mirror {
  readonly url: string;
  /** Every request so far. */
  readonly requests: readonly IncomingMessage[];
  /** The Range of each. */
  ranges(): (string | undefined)[];
}

/** Listens until the test is over. */
export async function startMirror(handler: RequestListener): Promise<Mirror> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    handler(request, response);
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}/model.onnx`, requests, ranges: () => requests.map(r => r.headers.range) };
}

/** Returns the port; closes the server when the test is over. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    if (server instanceof HttpServer) server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** A well-behaved mirror of one file, ranges included. */
export function serve(content: Buffer): RequestListener {
  return (request, response) => {
    const start = rangeStart(request);
    if (start === undefined) response.writeHead(200, { 'content-length': content.length }).end(content);
    else if (start >= content.length) response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    else sendRange(content, start)(request, response);
  };
}

/** Answers 206 from `start` on, whatever was asked. */
export function sendRange(content: Buffer, start: number): RequestListener {
  const range = `bytes ${start}-${content.length - 1}/${content.length}`;
  return (_request, response) =>
    response
      .writeHead(206, { 'content-range': range, 'content-length': content.length - start })
      .end(content.subarray(start));
}

/** Announces the whole file, sends `length` bytes of it, and then does what `next` says. */
export function sendOnly(content: Buffer, length: number, next: 'cut' | 'stall'): RequestListener {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, length), () => {
      // The bytes are to arrive before the end does.
      if (next === 'cut') setTimeout(() => response.destroy(), 50);
    });
  };
}

export function answer(status: number, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => response.writeHead(status, headers).end('an answer that is no model');
}

/** Nobody listens there. */
export const REFUSED = 'http://127.0.0.1:1/model.onnx';

/** Whatever proxies this machine has, tests go straight to it. */
export function withoutProxies(): void {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'])
    vi.stubEnv(name, undefined);
}

function rangeStart({ headers }: IncomingMessage): number | undefined {
  const range = /^bytes=(\d+)-$/.exec(headers.range ?? '');
  return range ? Number(range[1]) : undefined;
}
