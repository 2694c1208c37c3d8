/** HTTP as every door needs it: routes by fastify, bodies as bytes, no time limits. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { messageOf, SetupError } from '../core/errors.ts';
import type { HttpAnswer } from './http-answer.ts';

export type { FastifyReply as Reply, FastifyRequest as Request };
/** Routes. Their handlers read bodies by `readBody`. */
export type Routes = FastifyInstance;

/** AWS allows a Function URL this much of request line and headers. */
const HEADER_BYTES = 1024 * 1024;

/** A listener that hangs up on nobody: a runtime waits at `/next` for hours, a client of a slow function for minutes. */
function serverFor(handle: RequestListener): Server {
  return createServer(
    {
      keepAliveTimeout: 0,
      requestTimeout: 0,
      headersTimeout: 0,
      maxHeaderSize: HEADER_BYTES,
      joinDuplicateHeaders: true,
    },
    handle,
  );
}

export function newRoutes(): Routes {
  const routes = fastify({
    serverFactory: serverFor,
    routerOptions: { maxParamLength: 512 },
    // A path that cannot be decoded.
    frameworkErrors: (_error, _request, reply) => void reply.raw.writeHead(400).end(),
  });
  // Bodies stay unread until the handler asks for them, with its own limit.
  routes.removeAllContentTypeParsers();
  routes.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));
  return routes;
}

export interface Listener {
  readonly port: number;
  close(): void;
}

/** One router may serve many listeners. `port` 0: any. Throws SetupError when the port is taken. */
export async function listen(routes: Routes, port: number): Promise<Listener> {
  await routes.ready();
  const server = serverFor((request, response) => {
    // A content type that makes no sense, or none, is the function's business (`eventHeaders` reads the raw ones); fastify would refuse it.
    request.headers['content-type'] = 'application/octet-stream';
    routes.routing(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  }).catch(error => {
    throw new SetupError(
      `cannot listen on 127.0.0.1:${port}: ${messageOf(error)}`,
      'choose another port, or 0 for any',
    );
  });
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port: (server.address() as AddressInfo).port, close };
}

/** The whole body; too long ones are read past their limit by nobody but the socket. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | 'too large' | 'truncated'> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return 'too large';
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise(resolve => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limit) chunks.push(chunk);
      // Answered now; the rest is let through, so that the client lives to read the answer.
      else resolve('too large');
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', () => resolve('truncated'));
    request.once('close', () => resolve('truncated'));
  });
}

export function send(reply: FastifyReply, answer: HttpAnswer): FastifyReply {
  return reply.code(answer.status).headers(answer.headers).send(answer.body);
}
