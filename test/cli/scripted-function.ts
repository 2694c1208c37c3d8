/** A deployed function that a test opens, closes and lets do what it will, on one port all the time, with a log of its own of what it did. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { OUR_ANSWER } from '../runners/fault-server.ts';

const send = (status: number, body: string) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(body);

/** What it can do with a call, and what the caller should make of it. */
export const DEEDS = {
  answers: { kind: undefined, how: send(200, JSON.stringify(OUR_ANSWER)) },
  fails: { kind: 'http-5xx', how: send(500, '{"error": "Classification failed: out of memory"}') },
  throttles: { kind: 'throttled', how: send(429, '{"message": "Too Many Requests"}') },
  hangs: { kind: 'timeout', how: () => {} },
  resets: { kind: 'reset', how: (response: ServerResponse) => void response.socket?.resetAndDestroy() },
  'sends noise': {
    kind: 'not-http',
    how: (response: ServerResponse) => void response.socket?.end('\0\x01\x02 noise\r\n\r\n'),
  },
  'sends HTML': { kind: 'not-json', how: send(200, '<!DOCTYPE html><html></html>') },
  'sends half': { kind: 'truncated', how: send(200, JSON.stringify(OUR_ANSWER).slice(0, 100)) },
  'sends broken gzip': {
    kind: 'truncated',
    how: (response: ServerResponse) =>
      void response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync(JSON.stringify(OUR_ANSWER)).subarray(0, 60)),
  },
} as const;
export type Deed = keyof typeof DEEDS;

export interface ScriptedFunction {
  readonly url: string;
  /** What it did with each call, in the order of their arrival. */
  readonly log: readonly Deed[];
  /** Nobody listens until it is opened again; connections are closed, calls in flight with them. */
  shut(): Promise<void>;
  open(): Promise<void>;
}

/** `deed`: for the call of that number, from 0. */
export async function startFunction(deed: (call: number) => Deed = () => 'answers'): Promise<ScriptedFunction> {
  const log: Deed[] = [];
  const server = createServer((request, response) => {
    request.on('error', () => {});
    request.resume().on('end', () => {
      const next = deed(log.length);
      log.push(next);
      DEEDS[next].how(response);
    });
  });
  server.keepAliveTimeout = 0;
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    log,
    shut: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    open: () => listen(port),
  };
}
