/** Reads a run back from disk, finished or not, as one whole record. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { ZodType, z } from 'zod';
import { messageOf, SetupError, UsageError } from '../core/errors.ts';
import {
  type RecordHead,
  type RunRecord,
  recordHeadSchema,
  runRecordSchema,
  type Sample,
  SCHEMA_VERSION,
  sampleSchema,
} from '../core/record.ts';
import { digestLines } from './record-file.ts';
import { readLaidOut } from './record-reader.ts';
import { RECORD_FILE, SAMPLES_FILE } from './run-folder.ts';
import { gatherEvidence, settledLines } from './settled-lines.ts';
import { SharedPredictions } from './shared-predictions.ts';
import { warningsOf } from './warnings.ts';

/** Names that runs give their folders; others beside them (a sample report, say) are never "the latest". */
export const RUN_ID = /^\d{8}-\d{6}-/;

/**
 * The record file that is meant by an id, a folder or a file; the latest run in `outDir` when nothing is named. Throws
 * UsageError when there is none.
 */
export function findRecord(run: string | undefined, outDir: string): string {
  if (run === undefined) {
    const ids = isFolder(outDir) ? readdirSync(outDir).filter(id => RUN_ID.test(id)) : [];
    const latest = ids
      .sort(new Intl.Collator('en', { numeric: true }).compare)
      .findLast(id => existsSync(join(outDir, id, RECORD_FILE)));
    if (latest === undefined) throw new UsageError(`no run in ${outDir}`, 'make one: resnet-bench local');
    return join(outDir, latest, RECORD_FILE);
  }
  for (const path of [run, join(outDir, run)]) {
    if (!existsSync(path)) continue;
    if (!statSync(path).isDirectory()) return path;
    if (existsSync(join(path, RECORD_FILE))) return join(path, RECORD_FILE);
    if (RUN_ID.test(basename(resolve(path)))) {
      throw new UsageError(`${path} was killed before it measured anything`, 'make another run: resnet-bench local');
    }
    throw new UsageError(`${path} holds no ${RECORD_FILE}`, 'name a run: its id, its folder or its record');
  }
  throw new UsageError(
    `no such run: ${run}`,
    `name an id in ${outDir}, a folder or a file; the latest when none is named`,
  );
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** Throws SetupError when the file is no record that this version can read. */
export async function readRecord(file: string): Promise<RunRecord> {
  const samples = new ReadSamples();
  const { json, laidOut } = await readJson(file, (target, sample) => samples.add(target, sample));
  if ((json as { run?: { status?: unknown } } | null)?.run?.status === 'running') return readUnfinished(file, json);
  const record = validated(file, runRecordSchema, json);
  if (samples.refused !== undefined) throw notARecord(file, samples.refused);
  if (!laidOut) return record;
  return {
    ...record,
    targets: record.targets.map((target, i) => ({ ...target, samples: samples.byTarget[i] ?? [] })),
  };
}

/** The record without its samples, finished or not. Throws as `readRecord` does. */
export async function readHead(file: string): Promise<RecordHead> {
  return validated(file, recordHeadSchema, (await readJson(file, () => {})).json);
}

/** Samples of a record's targets, by their positions. */
class ReadSamples {
  readonly byTarget: Sample[][] = [];
  refused: Issue | undefined;
  readonly #shared = new SharedPredictions();

  add(target: number, sample: unknown): void {
    this.byTarget[target] ??= [];
    const result = sampleSchema.safeParse(sample);
    if (result.success) this.byTarget[target].push(this.#shared.in(result.data));
    else {
      const { path, message } = result.error.issues[0]!;
      this.refused ??= { path: ['targets', target, 'samples', this.byTarget[target].length, ...path], message };
    }
  }
}

/** The file as JSON; without its samples, which `eachSample` is given, when it is laid out as this program lays out records. */
async function readJson(
  file: string,
  eachSample: (target: number, sample: unknown) => void,
): Promise<{ json: unknown; laidOut: boolean }> {
  const rest = await readLaidOut(file, eachSample);
  const json = rest ?? parseJson(file);
  const version = (json as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version > SCHEMA_VERSION) {
    throw new SetupError(
      `${file} has record version ${version}; this program reads up to ${SCHEMA_VERSION}`,
      'use a newer resnet-bench: npm install -g resnet-bench@latest',
    );
  }
  return { json, laidOut: rest !== undefined };
}

/** A run that goes on, or was killed: what its samples show so far. */
async function readUnfinished(file: string, json: unknown): Promise<RunRecord> {
  const head = validated(file, recordHeadSchema, json);
  const samples = new Map<string, Sample[]>(head.targets.map(target => [target.name, []]));
  const shared = new SharedPredictions();
  const lines = join(dirname(file), SAMPLES_FILE);
  const evidence = await gatherEvidence(lines);
  // Samples are read once: the file may be growing.
  const { summaries, disagreements, incidents } = await digestLines(
    head,
    settledLines(lines, evidence),
    (target, sample) => samples.get(target)?.push(shared.in(sample)),
  );
  const targets = head.targets.map(target => {
    const summary = summaries.get(target.name)!;
    const warnings = [...warningsOf(target.info, summary, head.machine), ...disagreements.get(target.name)!];
    return { ...target, summary, warnings, samples: samples.get(target.name)! };
  });
  return { ...head, incidents, targets };
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    throw new SetupError(
      `${file} is not JSON: ${messageOf(thrown)}`,
      'name a run: its id, its folder or its record',
      thrown,
    );
  }
}

type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'>;

function validated<T>(file: string, schema: ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw notARecord(file, result.error.issues[0]!);
}

function notARecord(file: string, { path, message }: Issue): SetupError {
  return new SetupError(
    `${file} is not a record: ${path.join('.') || 'it'}: ${message}`,
    'name a run: its id, its folder or its record',
  );
}
