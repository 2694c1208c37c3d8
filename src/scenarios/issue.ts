/** Sends one query and reads the clock around it. Nothing else does. */
import type { Clock } from '../core/clock.ts';
import { QueryError } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import type { Sample } from '../core/record.ts';
import { CALL_FACTS, type CallFacts, type Inference, type Runner } from '../core/runner.ts';

export interface Query {
  readonly seq: number;
  readonly image: Image;
  /** Intended send, milliseconds on the run's clock. */
  readonly scheduledMs: number;
}

/** Which call, and when: milliseconds on the run's clock. */
export type TimedCall = Pick<Sample, 'seq' | 'image' | 'scheduledMs' | 'issuedMs' | 'completedMs'>;

/** A sample of which only the scenario can say the phase. */
export type UnphasedSample = Omit<Sample, 'phase'>;

/** Never throws for a query that failed: that is a sample too. */
export async function issue(query: Query, runner: Runner, clock: Clock, signal: AbortSignal): Promise<UnphasedSample> {
  const issuedMs = clock.nowMs();
  let answer: Inference | QueryError;
  try {
    answer = await runner.infer(query.image, signal);
  } catch (thrown) {
    if (!(thrown instanceof QueryError)) throw thrown;
    answer = thrown;
  }
  const endedMs = clock.nowMs();
  const completedMs = answer instanceof QueryError ? endedMs : endedMs - (answer.readMs ?? 0);
  const { seq, scheduledMs } = query;
  return sampleOf({ seq, image: query.image.name, scheduledMs, issuedMs, completedMs }, answer);
}

/** A call as a sample, whoever read the clock around it. */
export function sampleOf(call: TimedCall, answer: Inference | QueryError): UnphasedSample {
  const { scheduledMs, issuedMs, completedMs } = call;
  const frame = {
    ...call,
    scheduledMs: toNanoseconds(scheduledMs),
    issuedMs: toNanoseconds(issuedMs),
    completedMs: toNanoseconds(completedMs),
    trace: 'off' as const,
  };
  return answer instanceof QueryError ? failed(frame, answer) : succeeded(frame, answer, completedMs - issuedMs);
}

type Frame = TimedCall & Pick<Sample, 'trace'>;

function succeeded(frame: Frame, inference: Inference, serviceMs: number): UnphasedSample {
  const timings = { ...inference.timings };
  const { handlerMs, downloadMs } = timings;
  // Only behind a wire is there an outside.
  if (handlerMs !== undefined && downloadMs !== undefined) timings.outsideMs = serviceMs - handlerMs;
  for (const name of Object.keys(timings) as (keyof typeof timings)[]) timings[name] = toNanoseconds(timings[name]!);
  return {
    ...frame,
    ...startOf(inference, serviceMs),
    outcome: inference.httpStatus === undefined ? { ok: true } : { ok: true, httpStatus: inference.httpStatus },
    predictions: [...inference.predictions],
    timings,
    memory: inference.memory ?? {},
    ...(inference.cpu && { cpu: inference.cpu }),
    ...callFacts(inference),
  };
}

/** A call that is shorter than the init and the work together cannot have held that init: it was done ahead. Only behind a wire; locally init never lies within a call. */
function startOf({ start, timings }: Inference, serviceMs: number): Pick<Sample, 'start' | 'startBy'> {
  const { initMs, handlerMs, downloadMs } = timings;
  if (downloadMs === undefined || start === 'unknown') return { start };
  const known = initMs !== undefined && handlerMs !== undefined;
  const ahead = start === 'cold' && known && serviceMs < initMs + handlerMs;
  return { start: ahead ? 'proactive' : start, startBy: 'handler' };
}

/** Those that are known: a sample has no field that is undefined. */
function callFacts(known: CallFacts): Partial<Sample> {
  const names = [...CALL_FACTS, 'trace', 'evidence'] as const;
  return Object.fromEntries(names.filter(name => known[name] !== undefined).map(name => [name, known[name]]));
}

function failed(frame: Frame, { kind, message, httpStatus, call }: QueryError): UnphasedSample {
  const error = httpStatus === undefined ? { kind, message } : { kind, message, httpStatus };
  return {
    ...frame,
    start: 'unknown',
    outcome: { ok: false, error },
    predictions: [],
    timings: {},
    memory: {},
    ...callFacts(call),
  };
}

/** The clock's own resolution; what lies below is noise of the floating point. */
function toNanoseconds(ms: number): number {
  return Math.round(ms * 1e6) / 1e6;
}
