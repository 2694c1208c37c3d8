/** Reads a run back from disk, finished or not, as one whole record. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { ZodType } from 'zod';
import { messageOf, SetupError, UsageError } from '../core/errors.ts';
import {
  type RecordHead,
  type RunRecord,
  recordHeadSchema,
  runRecordSchema,
  type Sample,
  SCHEMA_VERSION,
} from '../core/record.ts';
import { digestLines } from './record-file.ts';
import { RECORD_FILE, SAMPLES_FILE } from './run-folder.ts';
import { readRunLines } from './run-line-reader.ts';
import { warningsOf } from './warnings.ts';

/** Names that runs give their folders; others beside them (a sample report, say) are never "the latest". */
const RUN_ID = /^\d{8}-\d{6}-/;

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
  const json = readVersioned(file);
  const status = (json as { run?: { status?: unknown } } | null)?.run?.status;
  return status === 'running' ? readUnfinished(file, json) : validated(file, runRecordSchema, json);
}

/** The record without its samples, finished or not. Throws as `readRecord` does. */
export function readHead(file: string): RecordHead {
  return validated(file, recordHeadSchema, readVersioned(file));
}

function readVersioned(file: string): unknown {
  const json = parseJson(file);
  const version = (json as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version > SCHEMA_VERSION) {
    throw new SetupError(
      `${file} has record version ${version}; this program reads up to ${SCHEMA_VERSION}`,
      'use a newer resnet-bench: npm install -g resnet-bench@latest',
    );
  }
  return json;
}

/** A run that goes on, or was killed: what its samples show so far. */
async function readUnfinished(file: string, json: unknown): Promise<RunRecord> {
  const head = validated(file, recordHeadSchema, json);
  const samples = new Map<string, Sample[]>(head.targets.map(target => [target.name, []]));
  // Read once: the file may be growing.
  const { summaries, incidents } = await digestLines(
    head,
    readRunLines(join(dirname(file), SAMPLES_FILE)),
    (target, sample) => samples.get(target)?.push(sample),
  );
  const targets = head.targets.map(target => {
    const summary = summaries.get(target.name)!;
    return { ...target, summary, warnings: warningsOf(target.info, summary), samples: samples.get(target.name)! };
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

function validated<T>(file: string, schema: ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new SetupError(
    `${file} is not a record: ${issue?.path.join('.') || 'it'}: ${issue?.message}`,
    'name a run: its id, its folder or its record',
  );
}
