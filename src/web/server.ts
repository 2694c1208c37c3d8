/** HTTP of the page: routes by fastify, who may ask, time limits, errors without a stack. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { messageOf, SetupError } from '../core/errors.ts';
import { type Listening, whyNot } from './allowed.ts';
import { Refusal } from './refusal.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

export type { FastifyReply as Reply, FastifyRequest as Request };
export type Routes = FastifyInstance;

/** A whole request, so that slow ones do not pile up; six megabytes from this machine take a moment. */
const REQUEST_MS = 10_000;
const HEADERS_MS = 5_000;
const CHECK_MS = 500;
const HEADER_BYTES = 16_384;
/** Far more than visitors need; each costs a socket. */
const MOST_CONNECTIONS = 256;

export interface PageServer {
  readonly routes: Routes;
  /** Resolves to the port. Throws SetupError when it cannot listen. */
  listen(): Promise<number>;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** `bodyBytes`: the longest body of a request. */
export function newServer(wanted: Listening, bodyBytes: number): PageServer {
  const listening = { ...wanted };
  let server: Server | undefined;
  let closing = false;
  const routes = fastify({
    bodyLimit: bodyBytes,
    serverFactory: handle => {
      server = httpServer(handle);
      return server;
    },
    frameworkErrors: (error, _request, reply) => void refuse(reply, refusalOf(error, bodyBytes)),
    routerOptions: { maxParamLength: 128 },
  });
  // JSON is all that is taken.
  routes.removeContentTypeParser('text/plain');
  routes.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    const why = whyNot(askingOf(request), listening);
    if (why !== undefined) throw new Refusal(403, why, 'open the page by the address that the terminal shows');
  });
  routes.setErrorHandler((error: FastifyError, _request, reply) =>
    refuse(reply, closing ? new Refusal(503, 'this server is ending', 'start it again') : refusalOf(error, bodyBytes)),
  );
  routes.setNotFoundHandler((_request, reply) =>
    refuse(reply, new Refusal(404, 'there is nothing here', 'the page is at /')),
  );
  return {
    routes,
    async listen() {
      await routes.ready();
      await listenOn(server!, listening);
      listening.port = (server!.address() as AddressInfo).port;
      return listening.port;
    },
    async close() {
      closing = true;
      const closed = new Promise(resolve => server?.close(resolve));
      server?.closeAllConnections();
      await closed;
    },
  };
}

function httpServer(handle: RequestListener): Server {
  const options = {
    requestTimeout: REQUEST_MS,
    headersTimeout: HEADERS_MS,
    connectionsCheckingInterval: CHECK_MS,
    maxHeaderSize: HEADER_BYTES,
  };
  const server = createServer(options, handle);
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

async function listenOn(server: Server, { host, port }: Listening): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  }).catch(thrown => {
    const { code } = thrown as NodeJS.ErrnoException;
    const taken = code === 'EADDRINUSE';
    throw new SetupError(
      taken ? `port ${port} of ${host} is taken` : `cannot listen on ${host}:${port}: ${messageOf(thrown)}`,
      taken || code === 'EACCES' ? 'choose another by --port, or --port 0 for any that is free' : 'look at --host',
      thrown,
    );
  });
}

function askingOf({ method, headers }: FastifyRequest) {
  const one = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    method,
    host: headers.host,
    origin: one('origin'),
    site: one('sec-fetch-site'),
    mode: one('sec-fetch-mode'),
  };
}

const WORDS: Readonly<Record<number, readonly [message: string, hint: string]>> = {
  400: ['the request cannot be read', 'send {"image": "<base64 of a JPEG or PNG>"} as application/json'],
  415: ['only application/json is taken', 'send {"image": "<base64 of a JPEG or PNG>"} as application/json'],
};

/** Nothing of what went wrong inside is told to who asked. */
function refusalOf(error: FastifyError | Error, bodyBytes: number): Refusal {
  if (error instanceof Refusal) return error;
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status === 413) {
    return new Refusal(
      status,
      'the request is too large',
      `this server takes ${bodyBytes} bytes of it: shrink the picture`,
    );
  }
  const [message, hint] = WORDS[status] ?? WORDS[400]!;
  if (status < 500) return new Refusal(status, message, hint);
  process.stderr.write(`error: the page could not answer: ${error.stack ?? error.message}\n`);
  return new Refusal(500, 'this server has failed', 'its terminal tells more; please report it');
}

function refuse(reply: FastifyReply, { status, message, hint }: Refusal): FastifyReply {
  return reply.code(status).headers(SECURITY_HEADERS).send({ error: message, hint });
}

/** An answer that stays open, written to by hand. */
export function openStream(reply: FastifyReply): ServerResponse<IncomingMessage> {
  reply.hijack();
  reply.raw.writeHead(200, { ...SECURITY_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
  return reply.raw;
}
