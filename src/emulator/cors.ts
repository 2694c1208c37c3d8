/** CORS of a front door: added to its answers, and a preflight answered without the function. */
import type { IncomingMessage } from 'node:http';
import type { Cors } from './config.ts';
import type { HttpAnswer } from './http-answer.ts';

export type CorsHeaders = Readonly<Record<string, string>>;

export function isPreflight(request: IncomingMessage): boolean {
  const { origin, 'access-control-request-method': method } = request.headers;
  return request.method === 'OPTIONS' && origin !== undefined && method !== undefined;
}

export function corsHeaders(cors: Cors, request: IncomingMessage): CorsHeaders {
  const { origin } = request.headers;
  if (origin === undefined) return {};
  const any = cors.allowOrigins.includes('*');
  if (!any && !cors.allowOrigins.includes(origin)) return {};
  return {
    // With credentials a browser takes no star.
    'access-control-allow-origin': any && !cors.allowCredentials ? '*' : origin,
    ...(cors.allowCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(cors.exposeHeaders.length > 0 && { 'access-control-expose-headers': cors.exposeHeaders.join(',') }),
    vary: 'Origin',
  };
}

export function preflightHeaders(cors: Cors, request: IncomingMessage): CorsHeaders {
  const headers = corsHeaders(cors, request);
  if (headers['access-control-allow-origin'] === undefined) return {};
  return {
    ...headers,
    ...(cors.allowMethods.length > 0 && { 'access-control-allow-methods': cors.allowMethods.join(',') }),
    ...(cors.allowHeaders.length > 0 && { 'access-control-allow-headers': cors.allowHeaders.join(',') }),
    'access-control-max-age': String(cors.maxAgeSeconds),
  };
}

/** Without what a function says of CORS itself: an HTTP API that is configured for it lets none of that through. */
export function withoutCors(headers: HttpAnswer['headers']): HttpAnswer['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('access-control-')));
}
