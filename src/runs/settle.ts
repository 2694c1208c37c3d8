/** A sample with what became known of it later: one pure function, whenever the evidence came and however often it is asked. */
import type { Evidence } from '../core/evidence.ts';
import { isFirstCall, type Sample, type StartKind, type Timings } from '../core/record.ts';
import { startOf, toldStart } from './start-evidence.ts';

/** Later evidence stands for the earlier of its kind. */
export function merge(one: Evidence | undefined, later: Evidence): Evidence {
  return { ...one, ...later };
}

/** The sample as it is when nothing is known beside its answer. A settled sample stays as it is when it is settled again. */
export function settle(sample: Sample, late: Evidence | undefined): Sample {
  if (late === undefined && sample.evidence === undefined) return sample;
  const found = merge(sample.evidence, late ?? {});
  const handler = found.handler ?? handlersWord(sample);
  const evidence: Evidence = { ...found, ...(handler && { handler }) };
  const { trace, log } = evidence;
  const serviceMs = sample.completedMs - sample.issuedMs;
  const { start, startBy } = startOf(toldStart({ ...sample, evidence }), evidence, serviceMs);
  const { startBy: _, ...rest } = sample;
  return {
    ...rest,
    start,
    ...(startBy && { startBy }),
    // What is cold is never warm-up, whenever that is known.
    phase: isFirstCall(start) && sample.phase === 'warmup' ? 'measured' : sample.phase,
    timings: timingsOf(sample.timings, evidence, start, serviceMs),
    memory: {
      ...sample.memory,
      ...(sample.memory.sizeMb === undefined && log?.memorySizeMb !== undefined && { sizeMb: log.memorySizeMb }),
      ...(log?.maxMemoryMb !== undefined && { maxUsedMb: log.maxMemoryMb }),
    },
    trace: trace?.state ?? sample.trace,
    ...(trace?.traceId !== undefined && { traceId: trace.traceId }),
    ...(trace?.join !== undefined && { traceJoin: trace.join }),
    evidence,
  };
}

function handlersWord({ start, startBy, timings }: Sample): Evidence['handler'] {
  if (startBy !== 'handler') return undefined;
  return { start, ...(timings.initMs !== undefined && { initMs: timings.initMs }) };
}

/** Section by section of a call: what each source says, and what follows from several. Absent is what nobody told; nothing is clamped. */
function timingsOf(answers: Timings, { trace, log, handler }: Evidence, start: StartKind, serviceMs: number): Timings {
  const { initMs: _, ...told } = answers;
  const { handlerMs } = told;
  const initMs = isFirstCall(start)
    ? (trace?.initMs ?? log?.initMs ?? log?.restoreMs ?? handler?.initMs ?? answers.initMs)
    : undefined;
  const { serviceSideMs, invocationMs, overheadMs } = trace ?? {};
  const unexplainedMs =
    serviceSideMs === undefined || handlerMs === undefined || (start === 'cold' && initMs === undefined)
      ? undefined
      : serviceSideMs - (start === 'cold' ? initMs! : 0) - handlerMs;
  return {
    ...told,
    ...known({
      initMs,
      invocationMs,
      overheadMs,
      durationMs: log?.durationMs,
      billedMs: log?.billedMs,
      serviceSideMs,
      networkMs: serviceSideMs === undefined ? undefined : serviceMs - serviceSideMs,
      // Of a call whose start nobody knows it is not known whether an init belongs to it.
      unexplainedMs: start === 'unknown' ? undefined : unexplainedMs,
    }),
  };
}

/** To the nanosecond, as the sample's own times. */
function known(times: Record<string, number | undefined>): Timings {
  return Object.fromEntries(
    Object.entries(times).flatMap(([name, ms]) => (ms === undefined ? [] : [[name, Math.round(ms * 1e6) / 1e6]])),
  );
}
