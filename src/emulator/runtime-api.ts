/** The Runtime API (2018-06-01): what a function's program asks for and answers to, each environment on a port of its own. */
import type { Call } from './call.ts';
import type { EmulatorConfig } from './config.ts';
import { functionArn } from './config.ts';
import { reportedFailure, tooLargeFailure, truncatedFailure } from './failure.ts';
import { type Answer, RESPONSE_LIMIT } from './invocation.ts';
import { now } from './moment.ts';
import type { RuntimeSession } from './runtime-session.ts';
import { type Listener, listen, newRoutes, type Reply, type Request, type Routes, readBody } from './server.ts';
import { turns } from './turns.ts';

const BASE = '/2018-06-01/runtime';
/** Reported causes of errors are small; this is what a response may be. */
const ERROR_LIMIT = RESPONSE_LIMIT;

export class RuntimeApi {
  readonly #config: EmulatorConfig;
  readonly #routes: Routes;
  readonly #sessions = new Map<number, RuntimeSession>();
  readonly #listeners = new Map<RuntimeSession, Listener>();

  constructor(config: EmulatorConfig) {
    this.#config = config;
    this.#routes = this.#makeRoutes();
  }

  /** Answers `host:port`, which is all that AWS_LAMBDA_RUNTIME_API can hold: environments are told apart by their port. */
  async open(session: RuntimeSession): Promise<string> {
    const listener = await listen(this.#routes, 0);
    this.#sessions.set(listener.port, session);
    this.#listeners.set(session, listener);
    return `127.0.0.1:${listener.port}`;
  }

  close(session: RuntimeSession): void {
    const listener = this.#listeners.get(session);
    if (listener === undefined) return;
    listener.close();
    this.#listeners.delete(session);
    this.#sessions.delete(listener.port);
  }

  #makeRoutes(): Routes {
    const routes = newRoutes();
    routes.get(`${BASE}/invocation/next`, (request, reply) => this.#next(request, reply));
    routes.post(`${BASE}/invocation/:id/response`, (request, reply) => this.#answer(request, reply, 'response'));
    routes.post(`${BASE}/invocation/:id/error`, (request, reply) => this.#answer(request, reply, 'error'));
    routes.post(`${BASE}/init/error`, (request, reply) => this.#initError(request, reply));
    routes.setNotFoundHandler((_request, reply) => refuse(reply, 404, 'NotFound', '404 page not found'));
    return routes;
  }

  #sessionOf(request: Request): RuntimeSession | undefined {
    return this.#sessions.get(request.raw.socket.localPort ?? 0);
  }

  #next(request: Request, reply: Reply): Promise<unknown> {
    const { socket } = request.raw;
    return new Promise(resolve => {
      let unread = false;
      const poll = {
        deliver: (call: Call) => {
          // A Buffer: with a length, never in chunks, over which AWS's own client falls down.
          resolve(reply.headers(this.#eventHeaders(call)).send(call.invocation.payload));
          const look = () => {
            unread ||= socket.readableEnded || socket.destroyed;
          };
          // Its end may be known, or on its way; unless it is we who close it, once the answer is sent.
          look();
          if (reply.raw.shouldKeepAlive) void turns().then(look);
        },
        refuse: () => resolve(refuseTransition(reply)),
        // A connection is reset when one end dies over bytes that it has not read, and closed in order when it has read them.
        get broken() {
          return unread || socket.errored !== null;
        },
      };
      if (this.#sessionOf(request)?.next(poll) !== true) poll.refuse();
    });
  }

  #eventHeaders(call: Call): Record<string, string> {
    const { requestId, invocationId, trace, clientContext } = call.invocation;
    return {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': requestId,
      'Lambda-Runtime-Deadline-Ms': String(call.deadlineEpochMs),
      'Lambda-Runtime-Invoked-Function-Arn': functionArn(this.#config),
      'Lambda-Runtime-Trace-Id': trace.header,
      'Lambda-Runtime-Invocation-Id': invocationId,
      ...(clientContext !== undefined && { 'Lambda-Runtime-Client-Context': clientContext }),
    };
  }

  async #answer(request: Request, reply: Reply, kind: 'response' | 'error'): Promise<unknown> {
    const session = this.#sessionOf(request);
    const call = session?.unanswered;
    if (session === undefined || call === undefined) return refuseTransition(reply);
    const { requestId, invocationId } = call.invocation;
    if ((request.params as { id: string }).id !== requestId) {
      return refuse(reply, 400, 'InvalidRequestID', 'Invalid request ID');
    }
    const echoed = header(request, 'lambda-runtime-invocation-id');
    if (echoed !== undefined && echoed !== invocationId) {
      return refuse(reply, 400, 'InvalidInvocationId', 'Invalid invocation ID');
    }
    const mode = header(request, 'lambda-runtime-function-response-mode');
    if (kind === 'response' && mode !== undefined && mode !== 'streaming') {
      return refuse(reply, 400, 'InvalidFunctionResponseMode', 'Invalid function response mode');
    }
    const start = now();
    const upload = readBody(request.raw, kind === 'response' ? RESPONSE_LIMIT : ERROR_LIMIT);
    call.upload = upload;
    const body = await upload;
    // Another answer, or the timeout, may have come while this one was on its way.
    if (session.unanswered !== call) return refuseTransition(reply);
    session.answer(call, answerOf(kind, body, request, requestId), { start, end: now() });
    if (body === 'too large') return tooLarge(reply);
    if (body === 'truncated') return refuse(reply, 400, 'TruncatedHTTPRequest', 'HTTP request detected as truncated');
    return accept(reply);
  }

  async #initError(request: Request, reply: Reply): Promise<unknown> {
    const body = await readBody(request.raw, ERROR_LIMIT);
    if (body === 'too large') return tooLarge(reply);
    const bytes = body === 'truncated' ? Buffer.alloc(0) : body;
    const failure = reportedFailure(bytes, header(request, 'lambda-runtime-function-error-type'), 'Runtime.Unknown');
    return this.#sessionOf(request)?.failInit(failure) === true ? accept(reply) : refuseTransition(reply);
  }
}

function answerOf(
  kind: 'response' | 'error',
  body: Awaited<ReturnType<typeof readBody>>,
  request: Request,
  id: string,
): Answer {
  if (body === 'too large') return { ok: false, failure: tooLargeFailure(RESPONSE_LIMIT) };
  if (body === 'truncated') return { ok: false, failure: truncatedFailure(id) };
  if (kind === 'response') return { ok: true, payload: body };
  const type = header(request, 'lambda-runtime-function-error-type');
  return { ok: false, failure: reportedFailure(body, type, 'Function.Unknown') };
}

function header(request: Request, name: string): string | undefined {
  return request.headers[name]?.toString();
}

function accept(reply: Reply): Reply {
  return reply.code(202).send({ status: 'OK' });
}

function tooLarge(reply: Reply): Reply {
  return refuse(
    reply,
    413,
    'RequestEntityTooLarge',
    `Exceeded maximum allowed payload size (${RESPONSE_LIMIT} bytes).`,
  );
}

function refuseTransition(reply: Reply): Reply {
  return refuse(reply, 403, 'InvalidStateTransition', 'State transition is not allowed');
}

function refuse(reply: Reply, status: number, errorType: string, errorMessage: string): Reply {
  return reply.code(status).send({ errorMessage, errorType });
}
