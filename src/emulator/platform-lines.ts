/** The lines Lambda itself writes into a log, in its text format. */
import { seconds } from './failure.ts';
import type { Invocation, InvocationRecord, Span } from './invocation.ts';

/** What becomes of an initialisation. */
export interface InitOutcome {
  readonly span: Span;
  /** `invoke` for one inside a call. */
  readonly phase: 'init' | 'invoke';
  readonly status: 'success' | 'timeout' | 'error';
  readonly errorType?: string;
}

/** The lines for an event, none for one that the format or its level leaves out. */
export interface PlatformLog {
  initStarts(): readonly string[];
  initEnds(outcome: InitOutcome): readonly string[];
  callStarts(invocation: Invocation): readonly string[];
  /** The runtime is gone; its own output says more. */
  exited(requestId: string, words: string): readonly string[];
  timedOut(requestId: string, timeoutMs: number): readonly string[];
  callEnds(record: InvocationRecord): readonly string[];
}

export function textLog(memoryMb: number): PlatformLog {
  return {
    initStarts: () => [],
    // On demand it is written only of an initialisation that failed.
    initEnds: outcome => (outcome.status === 'success' ? [] : [initReportLine(outcome)]),
    callStarts: ({ requestId }) => [`START RequestId: ${requestId} Version: $LATEST`],
    exited: (requestId, words) => [`RequestId: ${requestId} Error: ${words}\nRuntime.ExitError`],
    timedOut: (requestId, timeoutMs) => [timeoutLine(requestId, timeoutMs)],
    callEnds: record => [`END RequestId: ${record.invocation.requestId}`, reportLine(record, memoryMb)],
  };
}

function timeoutLine(requestId: string, timeoutMs: number): string {
  return `${new Date().toISOString()} ${requestId} Task timed out after ${seconds(timeoutMs)} seconds\n`;
}

function initReportLine({ span, phase, status, errorType }: InitOutcome): string {
  const type = errorType === undefined ? '' : `\tError Type: ${errorType}`;
  return `INIT_REPORT Init Duration: ${duration(span.end.ms - span.start.ms)}\tPhase: ${phase}\tStatus: ${status}${type}`;
}

/** Fields end in a tab each, as AWS's do; what is not known is left out. */
function reportLine(record: InvocationRecord, memoryMb: number): string {
  const { invocation, init, maxMemoryMb, status, errorType } = record;
  const fields = [
    `REPORT RequestId: ${invocation.requestId}`,
    `Duration: ${duration(record.durationMs)}`,
    `Billed Duration: ${record.billedMs} ms`,
    `Memory Size: ${memoryMb} MB`,
  ];
  if (maxMemoryMb !== undefined) fields.push(`Max Memory Used: ${Math.round(maxMemoryMb)} MB`);
  if (init !== undefined) fields.push(`Init Duration: ${duration(init.end.ms - init.start.ms)}`);
  if (status === 'error' || status === 'timeout') fields.push(`Status: ${status}`);
  if (status === 'error' && errorType !== undefined) fields.push(`Error Type: ${errorType}`);
  const { root, segmentId, sampled } = invocation.trace;
  const xray = sampled ? `\nXRAY TraceId: ${root}\tSegmentId: ${segmentId}\tSampled: true\t` : '';
  return `${fields.join('\t')}\t${xray}`;
}

/** Whole milliseconds up, of duration and init as they are printed: whoever adds the two gets the same. */
export function billedMs(durationMs: number, initMs: number): number {
  return Math.ceil((hundredths(durationMs) + hundredths(initMs)) / 100);
}

function hundredths(ms: number): number {
  return Math.round(ms * 100);
}

function duration(ms: number): string {
  return `${ms.toFixed(2)} ms`;
}
