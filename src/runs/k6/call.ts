/** A request of k6 as a call: when it was due and sent, and what became of it, read as the answers of `lambda --url` are. */
import { QueryError } from '../../core/errors.ts';
import type { Sample, Timings } from '../../core/record.ts';
import type { Inference, Learned } from '../../core/runner.ts';
import type { HttpExchange } from '../../runners/http-call.ts';
import { statusFailure } from '../../runners/http-failure.ts';
import { readExchange } from '../../runners/lambda-read.ts';
import { sampleOf } from '../../scenarios/issue.ts';
import { k6Failure } from './failure.ts';
import type { K6Plan } from './plan.ts';
import type { K6Request } from './requests.ts';

export interface CallContext {
  readonly plan: K6Plan | undefined;
  /** The zero of the record's times, milliseconds since 1970. */
  readonly startedMs: number;
  /** From then on k6 does not tell which call of the schedule is which; milliseconds since 1970. */
  readonly firstDropMs: number | undefined;
  /** By picture. */
  readonly requestBytes: ReadonlyMap<string, number>;
}

export interface K6Call {
  readonly sample: Sample;
  readonly learned: Learned;
}

/** Of a request whose picture nobody told. */
export const NO_IMAGE = 'not told';

/** `seq`: its number in the schedule, or in the file when it is not of a script of ours. */
export function callOf(request: K6Request, seq: number, context: CallContext): K6Call {
  const { endedMs, times, metadata } = request;
  const completedMs = endedMs - context.startedMs;
  const issuedMs = Math.max(completedMs - (times.blocked ?? 0) - (times.duration ?? 0), begunOf(request, context));
  const scheduledMs = dueOf(request, context) ?? issuedMs;
  const image = metadata.image ?? NO_IMAGE;
  const { answer, learned } = outcomeOf(request, completedMs - issuedMs, context.requestBytes.get(image), context.plan);
  const sample = sampleOf({ seq, image, scheduledMs, issuedMs, completedMs }, answer);
  return { sample: { ...sample, phase: 'measured' }, learned };
}

/**
 * When the script began the call, by its own clock: not sooner did it leave. k6 counts twice, as blocked and as sending, the time in which a
 * new connection is there and the one who waits for it is not yet awake.
 */
function begunOf({ metadata }: K6Request, { startedMs }: CallContext): number {
  const [start, begun] = [numberIn(metadata.start_ms), numberIn(metadata.begun_ms)];
  return start === undefined || begun === undefined ? Number.NEGATIVE_INFINITY : start + begun - startedMs;
}

/** On the record's clock; absent when k6 does not tell. */
function dueOf({ metadata }: K6Request, { plan, startedMs, firstDropMs }: CallContext): number | undefined {
  const [start, due, begun] = ['start_ms', 'due_ms', 'begun_ms'].map(name => numberIn(metadata[name]));
  if (plan === undefined || start === undefined || due === undefined) return undefined;
  const afterDrop = firstDropMs !== undefined && begun !== undefined && start + begun >= firstDropMs;
  return (afterDrop ? start + begun : start + due) - startedMs;
}

export function numberIn(text: string | undefined): number | undefined {
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function outcomeOf(
  { times, tags, metadata }: K6Request,
  serviceMs: number,
  requestBytes: number | undefined,
  plan: K6Plan | undefined,
): { answer: Inference | QueryError; learned: Learned } {
  const status = Number(tags.status ?? 0);
  const reused = times.connecting === 0;
  if (!(status > 0)) {
    return { answer: k6Failure(tags.error_code, plan?.timeoutMs), learned: {} };
  }
  const timings: Timings = {
    ...(!reused && times.duration !== undefined && { connectMs: Math.max(0, serviceMs - times.duration) }),
    ...(times.sending !== undefined && { requestMs: times.sending }),
    ...(times.waiting !== undefined && { firstByteMs: times.waiting }),
    ...(times.receiving !== undefined && { downloadMs: times.receiving }),
  };
  const { answer: body } = metadata;
  if (body === undefined) {
    const succeeded: Inference = { predictions: [], timings, start: 'unknown', httpStatus: status };
    const known = { ...succeeded, ...(times.connecting !== undefined && { connectionReused: reused }) };
    return { answer: status >= 200 && status <= 299 ? known : statusFailure(status, undefined), learned: {} };
  }
  const exchange: HttpExchange = {
    ...{ status, headers: metadata, body: Buffer.from(body), reused, timings, endedAt: 0 },
  };
  return read(exchange, requestBytes, plan);
}

function read(exchange: HttpExchange, requestBytes: number | undefined, plan: K6Plan | undefined) {
  const same = (text: string) => text;
  const { origin } = new URL(plan?.url ?? 'http://127.0.0.1');
  const context = { origin, frontDoor: plan?.frontDoor, quoted: same, told: same };
  try {
    const { inference, learned } = readExchange(exchange, { bytes: requestBytes ?? 0 }, context);
    const { readMs: _, requestBytes: __, ...known } = inference;
    return { answer: { ...known, ...(requestBytes !== undefined && { requestBytes }) }, learned };
  } catch (thrown) {
    if (!(thrown instanceof QueryError)) throw thrown;
    return { answer: thrown, learned: {} };
  }
}
