/** Front door: an HTTP API whose `$default` route leads to the function. */
import { createHash, randomBytes } from 'node:crypto';
import { type EmulatorConfig, functionArn } from './config.ts';
import { corsHeaders, isPreflight, preflightHeaders, withoutCors } from './cors.ts';
import { type HttpAnswer, inferHttpAnswer, jsonAnswer } from './http-answer.ts';
import { httpEvent } from './http-event.ts';
import { type Invocation, newInvocation, REQUEST_LIMIT } from './invocation.ts';
import type { LambdaFunction } from './lambda-function.ts';
import { after, now } from './moment.ts';
import { newRoutes, type Request, type Routes, readBody, send } from './server.ts';
import { newRoot } from './trace.ts';

/** The API's own limit; Lambda's smaller one is met behind it. */
const BODY_LIMIT = 10 * 1024 * 1024;

export function httpApiRoutes(config: EmulatorConfig, lambda: LambdaFunction): Routes {
  const apiId = createHash('sha256')
    .update(`http-api ${functionArn(config)}`)
    .digest('hex')
    .slice(0, 10);
  const routes = newRoutes();
  routes.setNotFoundHandler(async (request, reply) => {
    // Looks like AWS's: fifteen characters and a `=`.
    const apiRequestId = randomBytes(11).toString('base64');
    const id = { 'apigw-requestid': apiRequestId };
    const { httpApiCors: cors } = config;
    if (cors !== undefined && isPreflight(request.raw)) {
      const headers = { ...preflightHeaders(cors, request.raw), ...id };
      return send(reply, { status: 204, headers, body: Buffer.alloc(0) });
    }
    const answer = await call(config, lambda, { apiId, apiRequestId }, request);
    const own = cors === undefined ? answer.headers : withoutCors(answer.headers);
    return send(reply, { ...answer, headers: { ...own, ...(cors && corsHeaders(cors, request.raw)), ...id } });
  });
  return routes;
}

interface Api {
  readonly apiId: string;
  readonly apiRequestId: string;
}

async function call(config: EmulatorConfig, lambda: LambdaFunction, api: Api, request: Request): Promise<HttpAnswer> {
  const receivedAt = now();
  const body = await readBody(request.raw, BODY_LIMIT);
  if (body === 'truncated') return jsonAnswer(400, { message: 'Bad Request' });
  if (body === 'too large') return jsonAnswer(413, TOO_LARGE);
  const event = httpEvent(request.raw, body, {
    accountId: config.accountId,
    apiId: api.apiId,
    requestId: api.apiRequestId,
    // The client's trace ends here, and Lambda's own is another than the event shows.
    traceHeader: `Root=${newRoot()}`,
    epochMs: receivedAt.epochMs,
  });
  const payload = Buffer.from(JSON.stringify(event));
  if (payload.length > REQUEST_LIMIT) return jsonAnswer(413, TOO_LARGE);

  const invocation = newInvocation({ payload, trace: lambda.newTrace({}) });
  return inTime(config.httpApiTimeoutMs, integrate(lambda, invocation));
}

async function integrate(lambda: LambdaFunction, invocation: Invocation): Promise<HttpAnswer> {
  const running = await lambda.invoke(invocation);
  const answer = await running?.answer.promise;
  const http = answer?.ok ? inferHttpAnswer(answer.payload) : undefined;
  return http ?? jsonAnswer(500, { message: 'Internal Server Error' });
}

const TOO_LARGE = { message: 'Request Entity Too Large' } as const;

/** The API gives up on a slow function, not on a slow client; the function goes on. */
function inTime(timeoutMs: number, answer: Promise<HttpAnswer>): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const cancel = after(timeoutMs, () => resolve(jsonAnswer(503, { message: 'Service Unavailable' })));
    answer.finally(cancel).then(resolve, reject);
  });
}
