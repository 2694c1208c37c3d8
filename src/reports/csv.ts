/** One row a sample, for a spreadsheet or a notebook. A time that is not known is an empty cell. */
import { stringify } from 'csv-stringify/sync';
import { printable } from '../core/printable.ts';
import { type RunRecord, type Sample, timingsSchema } from '../core/record.ts';
import { timesOf } from '../stats/summary.ts';

const TIMINGS = ['responseMs', 'serviceMs', 'issueDelayMs', ...Object.keys(timingsSchema.shape)];

const COLUMNS = [
  ...['target', 'seq', 'image', 'phase', 'start', 'startBy', 'ok', 'errorKind', 'errorMessage', 'httpStatus'],
  ...['classId', 'label', 'probability', 'scheduledMs', 'issuedMs', 'completedMs', ...TIMINGS],
  ...['usedMb', 'sizeMb', 'maxUsedMb', 'peakRssMb', 'cpuUserMs', 'cpuSystemMs', 'requestBytes', 'responseBytes'],
  ...['connectionReused', 'requestId', 'trace', 'traceId', 'traceJoin', 'environmentId'],
];

/** Rows that are made into text at once: a run may be long. */
const BATCH = 1_000;

export function* renderCsv(record: RunRecord): Generator<string> {
  yield rowsAsText([COLUMNS]);
  for (const { name, samples } of record.targets) {
    for (let at = 0; at < samples.length; at += BATCH) {
      yield rowsAsText(samples.slice(at, at + BATCH).map(sample => rowOf(name, sample)));
    }
  }
}

function rowsAsText(rows: readonly (Record<string, unknown> | readonly string[])[]): string {
  // A cell that begins with = + - @ would be run as a formula by a spreadsheet; names of files come from anywhere.
  return stringify([...rows], {
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
