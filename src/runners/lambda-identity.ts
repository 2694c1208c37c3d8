/** What an answer, also that of a failure, tells of who gave it: ids by which its log and its trace can be found. */
import type { CallFacts } from '../core/runner.ts';
import type { ResponseHeaders } from './http-call.ts';
import type { Address } from './lambda-address.ts';
import { isObject, present, words } from './wire-field.ts';
import { traceIdOf } from './wire-trace.ts';

/** `content`: the answer's JSON, whatever it is. The handler's word comes first: a front door may know of another trace, or of none. */
export function identify(content: unknown, headers: ResponseHeaders, frontDoor: Address['frontDoor']): CallFacts {
  const body = isObject(content) ? content : {};
  const handlers = traceIdOf(words(body.trace_header));
  const traceId = handlers ?? traceIdOf(single(headers['x-amzn-trace-id']));
  // Of the front doors only a Function URL gives the request id of Lambda itself.
  const requestId =
    words(body.request_id) ?? (frontDoor === 'url' ? words(single(headers['x-amzn-requestid'])) : undefined);
  return present<CallFacts>({
    requestId,
    traceId,
    traceJoin: traceId === undefined ? undefined : handlers === undefined ? 'header' : 'handler',
    environmentId: words(body.environment_id),
  });
}

export function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
