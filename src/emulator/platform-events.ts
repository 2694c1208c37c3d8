/** The lines Lambda itself writes into a log in JSON. Source: Lambda developer guide, "Telemetry API Event schema reference" and "Log-level filtering". */
import { type EmulatorConfig, functionArn } from './config.ts';
import type { InvocationRecord, Span } from './invocation.ts';
import type { Moment } from './moment.ts';
import type { PlatformLog } from './platform-lines.ts';

const LEVELS = ['DEBUG', 'INFO', 'WARN'] as const;
type Level = (typeof LEVELS)[number];
type Fields = Readonly<Record<string, unknown>>;

/** Timestamps are those of writing; nothing is written below the configured level. */
export function jsonLog(config: EmulatorConfig): PlatformLog {
  const least = LEVELS.indexOf(config.systemLogLevel);
  const event = (level: Level, type: string, record: Fields): string[] =>
    LEVELS.indexOf(level) < least
      ? []
      : [JSON.stringify({ time: new Date().toISOString(), type: `platform.${type}`, record })];
  const initType = { initializationType: 'on-demand' } as const;
  return {
    // INFO of runtimes that AWS manages, DEBUG of all others.
    initStarts: () =>
      event('DEBUG', 'initStart', {
        ...initType,
        phase: 'init',
        functionArn: functionArn(config),
        functionName: config.functionName,
        functionVersion: '$LATEST',
        instanceMaxMemory: config.memoryMb * 1024 * 1024,
      }),
    initEnds: outcome => {
      const level = outcome.status === 'success' ? 'DEBUG' : 'WARN';
      const { span, phase, status, errorType } = outcome;
      const what = { ...initType, phase, status, ...(errorType && { errorType }) };
      return [
        ...event(level, 'initRuntimeDone', what),
        ...event(level, 'initReport', { ...what, metrics: { durationMs: lengthOf(span) } }),
      ];
    },
    callStarts: ({ requestId, trace }) =>
      event('INFO', 'start', { requestId, version: '$LATEST', tracing: tracing(trace.segmentId, trace.header) }),
    // Told by the report's status.
    exited: () => [],
    timedOut: () => [],
    callEnds: record => {
      const what = outcomeOf(record);
      const done = { ...what, spans: spansOf(record), metrics: { durationMs: rounded(record.durationMs) } };
      return [
        ...event(record.status === 'success' ? 'DEBUG' : 'WARN', 'runtimeDone', done),
        ...event('INFO', 'report', { ...what, metrics: metricsOf(record, config.memoryMb) }),
      ];
    },
  };
}

function outcomeOf({ invocation: { requestId, trace }, status, errorType }: InvocationRecord): Fields {
  return {
    requestId,
    status,
    ...(errorType !== undefined && { errorType }),
    tracing: tracing(trace.segmentId, trace.header),
  };
}

function metricsOf({ durationMs, billedMs, maxMemoryMb, init }: InvocationRecord, memoryMb: number): Fields {
  return {
    durationMs: rounded(durationMs),
    billedDurationMs: billedMs,
    memorySizeMB: memoryMb,
    ...(maxMemoryMb !== undefined && { maxMemoryUsedMB: Math.round(maxMemoryMb) }),
    ...(init && { initDurationMs: lengthOf(init) }),
  };
}

function spansOf({ start, inlineInit, response, end }: InvocationRecord): readonly Fields[] {
  if (response === undefined) return [];
  const span = (name: string, from: Moment, to: Moment) => ({
    name,
    start: new Date(from.epochMs).toISOString(),
    durationMs: rounded(to.ms - from.ms),
  });
  return [
    span('responseLatency', inlineInit?.end ?? start, response.start),
    span('responseDuration', response.start, response.end),
    span('runtimeOverhead', response.end, end),
  ];
}

function tracing(spanId: string, value: string): Fields {
  return { spanId, type: 'X-Amzn-Trace-Id', value };
}

function lengthOf({ start, end }: Span): number {
  return rounded(end.ms - start.ms);
}

function rounded(ms: number): number {
  return Math.round(ms * 1e3) / 1e3;
}
