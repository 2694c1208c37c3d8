/**
 * What Lambda writes of a call into the log: a REPORT line, or `platform.report` where the log is JSON. Source: Lambda developer guide, "Viewing CloudWatch logs for
 * Lambda functions" and "Telemetry API schema reference".
 */
import { z } from 'zod';
import type { LogEvidence } from '../core/evidence.ts';

export interface ReportLine {
  readonly requestId: string;
  readonly log: LogEvidence;
}

const REPORT = /^REPORT RequestId: ([0-9a-f-]{36})\t/;
const XRAY = /(?:^|\n)XRAY TraceId: (1-[0-9a-f]{8}-[0-9a-f]{24})/;

/** Undefined for any other line; never throws. What a function wrote itself may look like one: take only that of the call's own request id, the last. */
export function parseReportLine(text: string): ReportLine | undefined {
  return text.startsWith('{') ? fromJson(text) : fromText(text);
}

/** Of the end of a log, as Invoke returns it. */
export function reportIn(text: string, requestId: string): LogEvidence | undefined {
  // The XRAY line belongs to the REPORT above it.
  const lines = text.replaceAll('\nXRAY ', '\u0000XRAY ').split('\n');
  const reports = lines.map(line => parseReportLine(line.replaceAll('\u0000', '\n')));
  return reports.findLast(report => report?.requestId === requestId)?.log;
}

function fromText(text: string): ReportLine | undefined {
  const requestId = REPORT.exec(text)?.[1];
  if (requestId === undefined) return undefined;
  // Each name has a tab before it: `Duration:` is the end of two others.
  const field = (name: string) => new RegExp(`\\t${name}: ([^\\t\\n]+)`).exec(text)?.[1]?.trim();
  const amount = (name: string, unit: string) => {
    const value = new RegExp(`^(\\d+(?:\\.\\d+)?) ${unit}$`).exec(field(name) ?? '')?.[1];
    return value === undefined ? undefined : Number(value);
  };
  const durationMs = amount('Duration', 'ms');
  if (durationMs === undefined) return undefined;
  return {
    requestId,
    log: present({
      durationMs,
      billedMs: amount('Billed Duration', 'ms'),
      initMs: amount('Init Duration', 'ms'),
      restoreMs: amount('Restore Duration', 'ms'),
      memorySizeMb: amount('Memory Size', 'MB'),
      maxMemoryMb: amount('Max Memory Used', 'MB'),
      status: statusOf(field('Status')),
      errorType: field('Error Type'),
      traceId: XRAY.exec(text)?.[1],
    }),
  };
}

const platformReportSchema = z.object({
  type: z.literal('platform.report'),
  record: z.object({
    requestId: z.string(),
    status: z.string().optional(),
    errorType: z.string().optional(),
    tracing: z.object({ value: z.string().optional() }).optional(),
    metrics: z.object({
      durationMs: z.number(),
      billedDurationMs: z.number().optional(),
      initDurationMs: z.number().optional(),
      restoreDurationMs: z.number().optional(),
      memorySizeMB: z.number().optional(),
      maxMemoryUsedMB: z.number().optional(),
    }),
  }),
});

function fromJson(text: string): ReportLine | undefined {
  const report = platformReportSchema.safeParse(jsonOf(text)).data?.record;
  if (report === undefined) return undefined;
  const { requestId, status, errorType, tracing, metrics } = report;
  return {
    requestId,
    log: present({
      durationMs: metrics.durationMs,
      billedMs: metrics.billedDurationMs,
      initMs: metrics.initDurationMs,
      restoreMs: metrics.restoreDurationMs,
      memorySizeMb: metrics.memorySizeMB,
      maxMemoryMb: metrics.maxMemoryUsedMB,
      status: statusOf(status),
      errorType,
      traceId: /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})/i.exec(tracing?.value ?? '')?.[1],
    }),
  };
}

function statusOf(text: string | undefined): LogEvidence['status'] {
  return (['success', 'failure', 'error', 'timeout'] as const).find(status => status === text);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Fields that are not known are not there. */
function present(fields: { durationMs: number } & Record<string, unknown>): LogEvidence {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as LogEvidence;
}
