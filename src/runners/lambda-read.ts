/** What comes of a call: an inference, or a failure that keeps what is known of it. */
import { reportIn } from '../aws/report-line.ts';
import { QueryError } from '../core/errors.ts';
import type { CallFacts, Inference, Learned } from '../core/runner.ts';
import type { HttpAnswer, HttpExchange, ResponseHeaders } from './http-call.ts';
import { decodeBody } from './http-decoding.ts';
import { functionFailure, redirectFailure, statusFailure } from './http-failure.ts';
import { type FrontDoor, identify, single } from './lambda-identity.ts';
import { type Redact, redactDeep } from './lambda-redact.ts';
import { type Answer, readAnswer } from './wire-answer.ts';
import { isSuccess, type OpenedBody, openBody, reasonIn } from './wire-body.ts';

export interface AnswerContext {
  readonly origin: string;
  readonly frontDoor: FrontDoor;
  /** For messages, and for what is kept of an answer. */
  readonly quoted: Redact;
  readonly told: Redact;
}

/** What is known of a request. */
export interface SentRequest {
  readonly bytes: number;
  /** What making it took. */
  readonly encodeMs?: number;
}

/** Throws QueryError. */
export function readExchange(
  exchange: HttpExchange,
  request: SentRequest,
  context: AnswerContext,
): { inference: Inference; learned: Learned } {
  const opened = open(exchange);
  const content = opened instanceof QueryError ? undefined : opened.content;
  const { status, headers, body, reused } = exchange;
  const { encodeMs } = request;
  const ids = identify(content, headers, context.frontDoor);
  const facts: CallFacts = {
    // Without a connection nothing has left.
    ...(reused !== undefined && { requestBytes: request.bytes, connectionReused: reused }),
    ...(status !== undefined && { responseBytes: body.length }),
    ...redactDeep(ids, context.told),
    // Words of our own.
    ...(ids.traceJoin && { traceJoin: ids.traceJoin }),
    ...(ids.trace && { trace: ids.trace }),
    ...logOf(headers, ids.requestId),
  };
  try {
    if ('failure' in exchange) throw exchange.failure;
    const { start, memory, cpu, timings, ...words } = read(opened, exchange, context);
    const { predictions, learned } = redactDeep(words, context.told);
    const inference = {
      predictions,
      start,
      memory,
      ...(cpu && { cpu }),
      timings: { ...(encodeMs !== undefined && { encodeMs }), ...exchange.timings, ...timings },
      httpStatus: exchange.status,
      ...facts,
      readMs: performance.now() - exchange.endedAt,
    };
    return { inference, learned };
  } catch (thrown) {
    if (!(thrown instanceof QueryError)) throw thrown;
    const { kind, message, httpStatus, cause } = thrown;
    throw new QueryError(kind, message, { httpStatus, cause, call: facts });
  }
}

/** Invoke sends the end of the call's log. */
function logOf(headers: ResponseHeaders, requestId: string | undefined): CallFacts {
  const tail = single(headers['x-amz-log-result']);
  if (tail === undefined || requestId === undefined) return {};
  const log = reportIn(Buffer.from(tail, 'base64').toString('utf8'), requestId);
  return log === undefined ? {} : { evidence: { log } };
}

/** Of an answer that broke off there is nothing to be opened. */
function open(exchange: HttpExchange): OpenedBody | QueryError {
  if ('failure' in exchange) return exchange.failure;
  const body = decodeBody(exchange);
  return body instanceof QueryError ? body : openBody(exchange.status, body);
}

function read(opened: OpenedBody | QueryError, answer: HttpAnswer, { origin, quoted }: AnswerContext): Answer {
  const { status, headers } = answer;
  if (status >= 300 && status <= 399) throw redirectFailure(status, single(headers.location), origin, quoted);
  const failed = single(headers['x-amz-function-error']);
  if (failed !== undefined) throw functionFailure(status, failed, quoted(reasonOf(opened)));
  if (!(opened instanceof QueryError)) return readAnswer(opened, quoted);
  throw isSuccess(status) ? opened : statusFailure(status, undefined);
}

function reasonOf(opened: OpenedBody | QueryError): string {
  return opened instanceof QueryError ? '' : (reasonIn(opened) ?? '');
}
