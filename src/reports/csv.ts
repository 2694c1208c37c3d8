/** One row a sample, for a spreadsheet or a notebook. A time that is not known is an empty cell. */
import { stringify } from 'csv-stringify/sync';
import { printable } from '../core/printable.ts';
import { type RunRecord, type Sample, timingsSchema } from '../core/record.ts';
import { timesOf } from '../stats/summary.ts';

const TIMINGS = ['responseMs', 'serviceMs', 'issueDelayMs', ...Object.keys(timingsSchema.shape)];

const COLUMNS = [
  ...['target', 'seq', 'image', 'phase', 'start', 'ok', 'errorKind', 'errorMessage', 'httpStatus'],
  ...['classId', 'label', 'probability', 'scheduledMs', 'issuedMs', 'completedMs', ...TIMINGS],
  ...['usedMb', 'sizeMb', 'peakRssMb', 'cpuUserMs', 'cpuSystemMs', 'requestBytes', 'responseBytes'],
  ...['connectionReused', 'requestId', 'trace', 'traceId', 'traceJoin', 'environmentId'],
];

export function renderCsv(record: RunRecord): string {
  const rows = record.targets.flatMap(({ name, samples }) => samples.map(sample => rowOf(name, sample)));
  // A cell that begins with = + - @ would be run as a formula by a spreadsheet; names of files come from anywhere.
  return stringify(rows, {
    header: true,
    columns: COLUMNS,
    escape_formulas: true,
    cast: { boolean: String, string: printable },
  });
}

function rowOf(target: string, sample: Sample): Record<string, unknown> {
  const { outcome, predictions, timings: _, memory, cpu, ...rest } = sample;
  const [best] = predictions;
  const error = outcome.ok ? undefined : outcome.error;
  return {
    target,
    ...rest,
    ok: outcome.ok,
    errorKind: error?.kind,
    errorMessage: error?.message,
    httpStatus: outcome.ok ? outcome.httpStatus : error?.httpStatus,
    ...best,
    ...timesOf(sample),
    ...memory,
    cpuUserMs: cpu?.userMs,
    cpuSystemMs: cpu?.systemMs,
  };
}
