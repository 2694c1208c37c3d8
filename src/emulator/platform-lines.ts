/** The lines Lambda itself writes into a log, in its text format. */
import { seconds } from './failure.ts';
import type { InvocationRecord, Span } from './invocation.ts';

export function startLine(requestId: string): string {
  return `START RequestId: ${requestId} Version: $LATEST`;
}

export function endLine(requestId: string): string {
  return `END RequestId: ${requestId}`;
}

export function timeoutLine(requestId: string, timeoutMs: number): string {
  return `${new Date().toISOString()} ${requestId} Task timed out after ${seconds(timeoutMs)} seconds\n`;
}

/** Why a runtime is gone; its own output says more. */
export function exitLine(requestId: string, words: string): string {
  return `RequestId: ${requestId} Error: ${words}\nRuntime.ExitError`;
}

/** On demand it is written only of an initialisation that failed. */
export function initReportLine(
  init: Span,
  phase: 'init' | 'invoke',
  status: 'timeout' | 'error',
  errorType?: string,
): string {
  const type = errorType === undefined ? '' : `\tError Type: ${errorType}`;
  return `INIT_REPORT Init Duration: ${duration(init.end.ms - init.start.ms)}\tPhase: ${phase}\tStatus: ${status}${type}`;
}

/** Fields end in a tab each, as AWS's do; what is not known is left out. */
export function reportLine(record: InvocationRecord, memoryMb: number): string {
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
