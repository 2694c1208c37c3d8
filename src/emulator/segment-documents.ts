/**
 * A call as X-Ray shows it: the segment of the service and the segment of the function, in either of the two layouts that AWS writes. The service's has milliseconds,
 * the function's microseconds. Source: Lambda developer guide, "Visualize Lambda function invocations using AWS X-Ray", and documents that others have published.
 */
import { type EmulatorConfig, functionArn } from './config.ts';
import { logGroup } from './environment-variables.ts';
import type { Invocation, InvocationRecord, Span } from './invocation.ts';
import type { Moment } from './moment.ts';
import { newSegmentId } from './trace.ts';

/** A segment as BatchGetTraces returns it. */
export interface SegmentDocument {
  readonly id: string;
  /** JSON. */
  readonly document: string;
}

export interface CallDocuments {
  readonly service: SegmentDocument;
  readonly fn: SegmentDocument;
}

type Fields = Readonly<Record<string, unknown>>;

/** Both segments of a call that an environment has had. */
export function callDocuments(record: InvocationRecord, config: EmulatorConfig): CallDocuments {
  const { invocation, response, end } = record;
  const { segmentId } = invocation.trace;
  const serviceId = newSegmentId();
  const more = invocation.isEvent === true ? eventFields(record) : { http: { response: { status: 200 } } };
  const service = serviceFields(invocation, config, response?.end ?? end, more);
  const own = config.traceLayout === 'old' ? oldFunction(record, config) : newFunction(record, config);
  const fn = {
    name: config.functionName,
    trace_id: invocation.trace.root,
    parent_id: serviceId,
    origin: 'AWS::Lambda::Function',
    ...micros({ start: record.start, end }),
    ...(record.status !== 'success' && { fault: true }),
    ...own,
  };
  return { service: document(serviceId, service), fn: document(segmentId, fn) };
}

/** The one segment of a call that found no environment. */
export function throttledDocument(invocation: Invocation, config: EmulatorConfig, at: Moment): SegmentDocument {
  const trouble = { error: true, throttle: true, http: { response: { status: 429 } } };
  return document(newSegmentId(), serviceFields(invocation, config, at, trouble));
}

function serviceFields(invocation: Invocation, config: EmulatorConfig, end: Moment, more: Fields): Fields {
  const { trace, requestId, receivedAt } = invocation;
  return {
    name: config.functionName,
    trace_id: trace.root,
    ...(trace.upstream !== undefined && { parent_id: trace.upstream }),
    origin: 'AWS::Lambda',
    start_time: Math.round(receivedAt.epochMs) / 1e3,
    end_time: Math.round(receivedAt.epochMs + (end.ms - receivedAt.ms)) / 1e3,
    aws: { request_id: requestId },
    resource_arn: functionArn(config),
    ...more,
  };
}

/** Of a call that waited in Lambda's own queue, and is tried once here. */
function eventFields({ invocation: { receivedAt }, init, start, response, end }: InvocationRecord): Fields {
  const begun = init !== undefined && init.start.ms > receivedAt.ms ? init.start : start;
  const child = (name: string, span: Span, more: Fields) => ({ id: newSegmentId(), name, ...micros(span), ...more });
  return {
    http: { response: { status: 202 } },
    subsegments: [
      child('Dwell Time', { start: receivedAt, end: begun }, {}),
      child('Attempt #1', { start: begun, end: response?.end ?? end }, { http: { response: { status: 200 } } }),
    ],
  };
}

function oldFunction({ init, inlineInit, start, response, end }: InvocationRecord, config: EmulatorConfig): Fields {
  const arn = functionArn(config);
  const child = (name: string, span: Span) => ({
    id: newSegmentId(),
    name,
    ...micros(span),
    aws: { function_arn: arn },
  });
  const made = init ?? inlineInit;
  return {
    aws: { account_id: config.accountId, function_arn: arn, resource_names: [config.functionName] },
    subsegments: [
      ...(response === undefined ? [] : [child('Overhead', { start: response.end, end })]),
      ...(made === undefined ? [] : [child('Initialization', made)]),
      child('Invocation', { start: inlineInit?.end ?? start, end: response?.end ?? end }),
    ],
  };
}

function newFunction({ init, inlineInit, start, response, end }: InvocationRecord, config: EmulatorConfig): Fields {
  const child = (name: string, span: Span) => ({ id: newSegmentId(), name, ...micros(span) });
  const made = init ?? inlineInit;
  return {
    aws: { cloudwatch_logs: [{ log_group: logGroup(config) }] },
    ...(response !== undefined && {
      annotations: {
        'aws:responseLatency': ms(inlineInit?.end ?? start, response.start),
        'aws:responseDuration': ms(response.start, response.end),
        'aws:runtimeOverhead': ms(response.end, end),
      },
    }),
    subsegments: [
      ...(made === undefined ? [] : [child('Init', made)]),
      ...(response === undefined ? [] : [child('Overhead', { start: response.end, end })]),
    ],
  };
}

function document(id: string, fields: Fields): SegmentDocument {
  return { id, document: JSON.stringify({ id, ...fields }) };
}

/** Of one clock: what is after another on the monotonic clock is so here, should the wall clock be set in between. */
function micros({ start, end }: Span): { start_time: number; end_time: number } {
  const begin = start.epochMs;
  return { start_time: seconds(begin), end_time: seconds(begin + (end.ms - start.ms)) };
}

function seconds(epochMs: number): number {
  return Math.round(epochMs * 1e3) / 1e6;
}

function ms(start: Moment, end: Moment): number {
  return Math.round((end.ms - start.ms) * 1e3) / 1e3;
}
