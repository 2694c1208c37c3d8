/** Lambda's Runtime API from the runtime's side, over one connection. Source: Lambda developer guide, "Using the Lambda runtime API". */
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { messageOf } from '../core/errors.ts';
import { errorReport, logError } from './error-report.ts';

const PREFIX = '/2018-06-01/runtime';

/** The other side has gone: there is nobody left to work for, and nothing to say. */
export class RuntimeApiGoneError extends Error {
  override readonly name = 'RuntimeApiGoneError';
}

/** It has refused what it was told of one invocation, which is over thereby. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

export interface Invocation {
  readonly requestId: string;
  /** The event as it came: JSON, one hopes. */
  readonly event: string;
  readonly headers: IncomingHttpHeaders;
}

/** Each call throws RuntimeApiGoneError when the connection is refused or reset, and an Error when the answer says that this environment is beyond help. */
export interface RuntimeApi {
  /** Waits for the next event, however long that takes: the environment is frozen meanwhile. */
  next(): Promise<Invocation>;
  /** `body` is JSON. */
  respond(invocation: Invocation, body: string): Promise<void>;
  fail(invocation: Invocation, thrown: unknown): Promise<void>;
  failInit(thrown: unknown): Promise<void>;
}

interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** `address` as in AWS_LAMBDA_RUNTIME_API: host and port. Throws TypeError when it is no address. */
export function connectRuntimeApi(address: string): RuntimeApi {
  const { hostname, port } = new URL(`http://${address}`);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  const send = (method: string, path: string, headers: Record<string, string>, body?: string): Promise<ApiAnswer> =>
    new Promise((resolve, reject) => {
      const outgoing = request({ agent, host: hostname, port, method, path: PREFIX + path, headers });
      outgoing.on('error', error => {
        // A server may have closed a connection that lay idle while the handler worked; a fresh one shows whether it is still there.
        if (outgoing.reusedSocket && isGone(error)) resolve(send(method, path, headers, body));
        else reject(isGone(error) ? new RuntimeApiGoneError(messageOf(error)) : error);
      });
      outgoing.on('response', incoming => {
        const { statusCode: status = 0, headers } = incoming;
        textOf(incoming).then(
          body => resolve({ status, headers, body }),
          error => reject(isGone(error) ? new RuntimeApiGoneError(messageOf(error)) : error),
        );
      });
      outgoing.end(body);
    });

  const post = async (path: string, body: string, headers: Record<string, string>): Promise<void> => {
    const length = String(Buffer.byteLength(body));
    const all = { 'Content-Type': 'application/json', 'Content-Length': length, ...headers };
    const { status, body: said } = await send('POST', path, all, body);
    if (status >= 500) throw new Error(`the Runtime API answered ${status} to ${path}: ${said}`);
    // Too large, too late or said already: the platform has told the caller, and the next event can be served.
    if (status >= 400) logError(new RefusedError(`the Runtime API answered ${status} to ${path}: ${said}`));
  };

  return {
    async next() {
      const { status, headers, body } = await send('GET', '/invocation/next', {});
      const requestId = headers['lambda-runtime-aws-request-id'];
      if (status !== 200 || typeof requestId !== 'string')
        throw new Error(`the Runtime API answered ${status} to /invocation/next: ${body}`);
      return { requestId, event: body, headers };
    },
    respond: (invocation, body) => post(`${pathOf(invocation)}/response`, body, echo(invocation)),
    fail: (invocation, thrown) => {
      const report = errorReport(thrown);
      const headers = { ...echo(invocation), ...errorTypeHeader(report.errorType, 'Function') };
      return post(`${pathOf(invocation)}/error`, JSON.stringify(report), headers);
    },
    failInit: thrown => {
      const report = errorReport(thrown);
      return post('/init/error', JSON.stringify(report), errorTypeHeader(report.errorType, 'Runtime'));
    },
  };
}

function pathOf({ requestId }: Invocation): string {
  return `/invocation/${encodeURIComponent(requestId)}`;
}

/** Since 2026 the platform may name the invocation once more and then wants that back. */
function echo({ headers }: Invocation): Record<string, string> {
  const id = headers['lambda-runtime-invocation-id'];
  return typeof id === 'string' ? { 'Lambda-Runtime-Invocation-Id': id } : {};
}

/** The header wants `category.reason`. */
function errorTypeHeader(errorType: string, category: 'Function' | 'Runtime'): Record<string, string> {
  const type = /^(Runtime|Function)\.\w+$/.test(errorType)
    ? errorType
    : `${category}.${/^\w+$/.test(errorType) ? errorType : 'Unknown'}`;
  return { 'Lambda-Runtime-Function-Error-Type': type };
}

/** Decoded in one piece: JSON.parse takes a third less time for it than for what node:stream/consumers puts together. */
async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE';
}
