/** What an answer, also that of a failure, tells of who gave it: ids by which its log and its trace can be found. */
import type { CallFacts } from '../core/runner.ts';
import type { ResponseHeaders } from './http-call.ts';
import { isObject, present, words } from './wire-field.ts';
import { isSampled, traceIdOf } from './wire-trace.ts';

export type FrontDoor = 'url' | 'http-api' | 'invoke' | undefined;

/** `content`: the answer's JSON, whatever it is. The handler's word comes first: a front door may know of another trace, or of none. */
export function identify(content: unknown, headers: ResponseHeaders, frontDoor: FrontDoor): CallFacts {
  const body = isObject(content) ? content : {};
  const [own, doors] = [words(body.trace_header), single(headers['x-amzn-trace-id'])];
  const handlers = traceIdOf(own);
  const traceId = handlers ?? traceIdOf(doors);
  // Of the front doors an HTTP API gives no request id of Lambda's own.
  const told = frontDoor === 'url' || frontDoor === 'invoke' ? words(single(headers['x-amzn-requestid'])) : undefined;
  const requestId = words(body.request_id) ?? told;
  // A function that does not trace is told of no decision; a front door's header without one says nothing.
  const sampled = handlers === undefined ? isSampled(doors) : (isSampled(own) ?? false);
  return present<CallFacts>({
    requestId,
    traceId,
    traceJoin: traceId === undefined ? undefined : handlers === undefined ? 'header' : 'handler',
    environmentId: words(body.environment_id),
    trace: sampled === false ? 'not-sampled' : undefined,
  });
}

export function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
