/** Front door: a Function URL with AuthType NONE. */
import { createHash, randomUUID } from 'node:crypto';
import { type EmulatorConfig, functionArn } from './config.ts';
import { corsHeaders, isPreflight, preflightHeaders } from './cors.ts';
import { type HttpAnswer, inferHttpAnswer, jsonAnswer } from './http-answer.ts';
import { httpEvent } from './http-event.ts';
import { newInvocation, REQUEST_LIMIT } from './invocation.ts';
import { type LambdaFunction, THROTTLED } from './lambda-function.ts';
import { now } from './moment.ts';
import { newRoutes, type Request, type Routes, readBody, send } from './server.ts';
import { newRoot, parseTraceHeader, responseTraceHeader } from './trace.ts';

export function functionUrlRoutes(config: EmulatorConfig, lambda: LambdaFunction): Routes {
  const apiId = createHash('sha256').update(functionArn(config)).digest('hex').slice(0, 32);
  const routes = newRoutes();
  // The function takes every method and path.
  routes.setNotFoundHandler(async (request, reply) => {
    const { cors } = config;
    if (cors === undefined) return send(reply, await call(lambda, apiId, request));
    if (isPreflight(request.raw)) {
      return send(reply, { status: 200, headers: preflightHeaders(cors, request.raw), body: Buffer.alloc(0) });
    }
    const answer = await call(lambda, apiId, request);
    return send(reply, { ...answer, headers: added(answer.headers, corsHeaders(cors, request.raw)) });
  });
  return routes;
}

async function call(lambda: LambdaFunction, apiId: string, request: Request): Promise<HttpAnswer> {
  const receivedAt = now();
  const requestId = randomUUID();
  const asked = parseTraceHeader(request.headers['x-amzn-trace-id']?.toString());
  const trace = lambda.newTrace(asked);
  const headers = { 'x-amzn-requestid': requestId, 'x-amzn-trace-id': responseTraceHeader(trace) };
  const refused = (status: number, body: object) => ({
    ...jsonAnswer(status, body),
    headers: { ...headers, ...JSON_TYPE },
  });

  const body = await readBody(request.raw, REQUEST_LIMIT);
  if (body === 'truncated') return refused(400, { Message: 'Bad Request' });
  if (body === 'too large') return refused(413, TOO_LARGE);
  const event = httpEvent(request.raw, body, {
    accountId: 'anonymous',
    apiId,
    requestId,
    // The load balancer in front keeps a client's Root and puts its own before it.
    traceHeader: asked.root === undefined ? `Root=${trace.root}` : `Self=${newRoot()};Root=${trace.root}`,
    headers: TLS_HEADERS,
    epochMs: receivedAt.epochMs,
  });
  const payload = Buffer.from(JSON.stringify(event));
  if (payload.length > REQUEST_LIMIT) return refused(413, TOO_LARGE);

  const running = await lambda.invoke(newInvocation({ payload, trace }, requestId));
  if (running === undefined) return refused(429, THROTTLED);
  const answer = await running.answer.promise;
  const http = answer.ok ? inferHttpAnswer(answer.payload) : undefined;
  if (http === undefined) return { status: 502, headers: { ...headers, ...TEXT_TYPE }, body: BAD_GATEWAY };
  return { ...http, headers: { ...http.headers, ...headers } };
}

const TLS_HEADERS = {
  'x-amzn-tls-version': 'TLSv1.3',
  'x-amzn-tls-cipher-suite': 'TLS_AES_128_GCM_SHA256',
} as const;
const JSON_TYPE = { 'content-type': 'application/json' } as const;
const TEXT_TYPE = { 'content-type': 'text/plain' } as const;
const BAD_GATEWAY = Buffer.from('Internal Server Error');
const TOO_LARGE = { Message: 'Request Entity Too Large' } as const;

/** Both values where the function has set a header that CORS sets too: as on AWS, where browsers then refuse the answer. */
function added(headers: HttpAnswer['headers'], more: Readonly<Record<string, string>>): HttpAnswer['headers'] {
  const all: Record<string, string | string[]> = { ...headers };
  for (const [name, value] of Object.entries(more)) all[name] = name in all ? [all[name]!, value].flat() : value;
  return all;
}
