/**
 * A trace of a Lambda call, in either of the layouts that AWS writes: with children Initialization, Invocation and Overhead, or with Init and Overhead and
 * the times of the answer as annotations. Whatever is missing stays absent. Source: Lambda developer guide, "Visualize Lambda function invocations using AWS X-Ray".
 */
import type { TraceEvidence, TraceSpan } from '../core/evidence.ts';
import { parseSegment, type Segment, type Subsegment } from './segment.ts';

/** Which of several functions in one trace is meant. */
export interface Wanted {
  readonly requestId?: string;
  readonly functionName?: string;
}

export interface ParsedTrace {
  /** `complete` or `partial`; `missing` when there is no call of Lambda in it. One more reading must show that no segment came since. */
  readonly evidence: TraceEvidence;
  /** What tells whose call it is. */
  readonly requestId?: string;
  readonly functionName?: string;
  /** AWS::Lambda on the wall clock of AWS, milliseconds since 1970. */
  readonly serviceStartAtMs?: number;
  readonly serviceEndAtMs?: number;
  /** Documents in it that could be read. */
  readonly segmentCount: number;
}

const SERVICE = 'AWS::Lambda';
const FUNCTION = 'AWS::Lambda::Function';

/** Never throws: a document that is none is left out. */
export function parseTrace(documents: readonly string[], wanted: Wanted = {}): ParsedTrace {
  const segments = documents.map(parseSegment).filter(segment => segment !== undefined);
  const own = segments.filter(({ inferred }) => inferred !== true);
  const service = serviceOf(own, wanted);
  const fn = functionOf(own, service, wanted);
  if (service === undefined && fn === undefined) {
    return { evidence: { state: 'missing', spans: [] }, segmentCount: segments.length };
  }
  const requestId = service?.aws?.request_id;
  return {
    evidence: evidenceOf(service, fn, own),
    ...(requestId !== undefined && { requestId }),
    functionName: (service ?? fn)!.name,
    ...(service && { serviceStartAtMs: service.start_time * 1_000 }),
    ...(service?.end_time !== undefined && { serviceEndAtMs: service.end_time * 1_000 }),
    segmentCount: segments.length,
  };
}

/** By its request id, else by name; of several the outermost, which is the first to begin. */
function serviceOf(segments: readonly Segment[], { requestId, functionName }: Wanted): Segment | undefined {
  const services = segments.filter(({ origin }) => origin === SERVICE).sort((a, b) => a.start_time - b.start_time);
  const byId = services.find(({ aws }) => requestId !== undefined && aws?.request_id === requestId);
  // A trace in which every call has another id is another call's.
  const told = services.every(({ aws }) => aws?.request_id !== undefined);
  if (byId !== undefined || (requestId !== undefined && services.length > 0 && told)) return byId;
  return services.find(({ name }) => functionName === undefined || name === functionName);
}

function functionOf(segments: readonly Segment[], service: Segment | undefined, wanted: Wanted): Segment | undefined {
  const functions = segments.filter(({ origin }) => origin === FUNCTION).sort((a, b) => a.start_time - b.start_time);
  if (service !== undefined) return functions.find(({ parent_id }) => parent_id === service.id);
  // Without its service segment nothing but the name tells whose it is; that of another service segment is another call's.
  const others = new Set(segments.filter(({ origin }) => origin === SERVICE).map(({ id }) => id));
  const orphans = functions.filter(({ parent_id }) => !others.has(parent_id ?? ''));
  return wanted.requestId === undefined || orphans.length === 1
    ? orphans.find(({ name }) => wanted.functionName === undefined || name === wanted.functionName)
    : undefined;
}

function evidenceOf(service: Segment | undefined, fn: Segment | undefined, all: readonly Segment[]): TraceEvidence {
  const zero = (service ?? fn)!.start_time;
  const children = [...childrenOf(service), ...childrenOf(fn), ...all.filter(({ origin }) => origin === undefined)];
  const find = (name: RegExp) => children.find(child => name.test(child.name));
  const init = find(/^Init/);
  const restore = find(/^Restore$/);
  const [invocation, overhead] = [find(/^Invocation$/), find(/^Overhead$/)];
  const answer = annotationsOf(fn);
  const layout = answer.latencyMs !== undefined ? 'new' : invocation !== undefined ? 'old' : undefined;
  const made = init ?? restore;
  const invocationMs = lengthOf(invocation) ?? sum(answer.latencyMs, answer.durationMs ?? 0);
  const overheadMs = lengthOf(overhead) ?? sum(answer.runtimeMs, answer.extensionMs ?? 0);
  // Without an environment there is no second segment.
  const refused = service?.throttle === true && service.end_time !== undefined;
  const answered =
    (invocation?.end_time !== undefined && overhead?.end_time !== undefined) || answer.latencyMs !== undefined;
  // A call that broke off has no answer, and nothing behind it.
  const broken = fn?.fault === true || fn?.error === true;
  const ended = service?.end_time !== undefined && fn?.end_time !== undefined;
  const whole = refused || (ended && (answered || broken));
  const madeMs = lengthOf(made);
  const fault = faultOf(service, fn);
  const serviceSideMs = lengthOf(service);
  return {
    state: whole ? 'complete' : 'partial',
    ...(layout && { layout }),
    ...(serviceSideMs !== undefined && { serviceSideMs }),
    ...(madeMs !== undefined && { initMs: madeMs }),
    ...(invocationMs !== undefined && { invocationMs }),
    ...(overheadMs !== undefined && { overheadMs }),
    ...(made?.end_time !== undefined && service && { initAhead: made.end_time < service.start_time }),
    spans: spansOf(service, fn, children, zero),
    ...(fault && { fault }),
  };
}

function childrenOf(segment: Segment | undefined): readonly Subsegment[] {
  return segment?.subsegments ?? [];
}

/** The docs write them with a dot, documents have a colon; milliseconds. */
function annotationsOf(fn: Segment | undefined) {
  const read = (name: string): number | undefined => {
    const value = fn?.annotations?.[`aws:${name}`] ?? fn?.annotations?.[`aws.${name}`] ?? fn?.annotations?.[name];
    return typeof value === 'number' ? value : undefined;
  };
  return {
    latencyMs: read('responseLatency'),
    durationMs: read('responseDuration'),
    runtimeMs: read('runtimeOverhead'),
    extensionMs: read('extensionOverhead'),
  };
}

/** To the microsecond, which is what the documents have. */
const toMs = (seconds: number) => Math.round(seconds * 1e6) / 1e3;

function lengthOf(part: Pick<Subsegment, 'start_time' | 'end_time'> | undefined): number | undefined {
  return part?.end_time === undefined ? undefined : toMs(part.end_time - part.start_time);
}

function sum(one: number | undefined, other: number): number | undefined {
  return one === undefined ? undefined : Math.round((one + other) * 1e3) / 1e3;
}

const PARTS: readonly [RegExp, TraceSpan['part']][] = [
  [/^Init/, 'init'],
  [/^Restore$/, 'restore'],
  [/^Invocation$/, 'invocation'],
  [/^Overhead$/, 'overhead'],
  [/^Dwell Time$/, 'dwell'],
  [/^Attempt #\d+$/, 'attempt'],
];

function spansOf(
  service: Segment | undefined,
  fn: Segment | undefined,
  children: readonly Subsegment[],
  zero: number,
): TraceSpan[] {
  const span = (part: TraceSpan['part'], { name, start_time, end_time }: Subsegment): TraceSpan => ({
    part,
    name,
    startMs: toMs(start_time - zero),
    ...(end_time !== undefined && { endMs: toMs(end_time - zero) }),
  });
  const spans = children.map(child => span(PARTS.find(([name]) => name.test(child.name))?.[1] ?? 'work', child));
  if (service !== undefined) spans.push(span('service', { ...service, name: SERVICE }));
  if (fn !== undefined) spans.push(span('function', { ...fn, name: FUNCTION }));
  const depth = (part: TraceSpan['part']) => (part === 'service' ? 0 : part === 'function' ? 1 : 2);
  // The service's start is rounded to a millisecond, and may seem to lie behind what it holds.
  const startOf = ({ part, startMs }: TraceSpan) => (part === 'service' ? startMs - 1 : startMs);
  return spans.sort((a, b) => startOf(a) - startOf(b) || depth(a.part) - depth(b.part));
}

/** Trouble of the service segment is Lambda's, that of the other the function's. */
function faultOf(service: Segment | undefined, fn: Segment | undefined): TraceEvidence['fault'] {
  if (service?.throttle === true) return 'throttle';
  if (fn?.fault === true || fn?.error === true) return 'function';
  return service?.fault === true || service?.error === true ? 'service' : undefined;
}
