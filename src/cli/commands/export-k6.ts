/** `resnet-bench export k6`: a load as a script for k6. */
import { UsageError } from '../../core/errors.ts';
import type { RecordHead } from '../../core/record.ts';
import type { Threshold } from '../../core/threshold.ts';
import { exportK6 } from '../../runs/k6/export.ts';
import { findRecord, readHead } from '../../runs/read-run.ts';
import { defaultImages } from '../default-images.ts';
import { writeToStdout } from '../stdout.ts';
import { writeReport } from './report.ts';

export interface ExportK6Options {
  readonly run?: string;
  /** Calls a second. */
  readonly rate: number;
  /** Milliseconds, as is the other one. */
  readonly duration: number;
  readonly arrivals: 'constant' | 'poisson';
  readonly seed: number;
  readonly maxInFlight: number;
  readonly timeout: number;
  readonly connection: 'keep' | 'new';
  readonly url?: string;
  readonly frontDoor?: 'url' | 'http-api';
  readonly header?: Readonly<Record<string, string>>;
  readonly threshold?: readonly Threshold[];
  readonly to?: string;
  readonly out: string;
}

/** `given` tells which options stood on the command line: with --run the others are those of the run. */
export async function runExportK6(
  paths: readonly string[],
  options: ExportK6Options,
  given: (name: string) => boolean,
): Promise<void> {
  const like = options.run === undefined ? undefined : await readHead(findRecord(options.run, options.out));
  const load = like === undefined ? options : { ...options, ...loadOf(like, given) };
  if (load.arrivals !== 'poisson' && given('seed')) {
    throw new UsageError('--seed is for --arrivals poisson, and these are constant', 'add it, or leave --seed out');
  }
  if (load.url === undefined) {
    throw new UsageError('k6 calls a function by its address, and there is none', 'add --url https://...');
  }
  const script = await exportK6({
    images: paths.length > 0 ? paths : defaultImages(),
    ...{ rate: load.rate, durationMs: load.duration, maxInFlight: load.maxInFlight, timeoutMs: load.timeout },
    ...(load.arrivals === 'poisson' && { poissonSeed: load.seed }),
    ...{ connection: load.connection, url: load.url, headers: options.header ?? {} },
    // Of an emulated function it may be Invoke, which has no address.
    ...((load.frontDoor === 'url' || load.frontDoor === 'http-api') && { frontDoor: load.frontDoor }),
    thresholds: options.threshold ?? [],
    ...(like && { like }),
  });
  if (options.to === undefined) await writeToStdout([script]);
  else await writeReport(options.to, [script]);
}

/** By our options' names, those of the record. */
const RECORDED = {
  ...{ rate: 'rate', duration: 'durationMs', arrivals: 'arrivals', seed: 'seed', maxInFlight: 'maxInFlight' },
  ...{ timeout: 'timeoutMs', connection: 'connection', url: 'url', frontDoor: 'frontDoor' },
} as const;

function loadOf({ run }: RecordHead, given: (name: string) => boolean): Partial<ExportK6Options> {
  const { rate, durationMs } = run.options;
  if (typeof rate !== 'number' || typeof durationMs !== 'number') {
    throw new UsageError(`${run.id} is a run of ${run.command}, and has no rate`, 'name a run of resnet-bench load');
  }
  const known = Object.entries(RECORDED).filter(([name, recorded]) => !given(name) && run.options[recorded] != null);
  return Object.fromEntries(known.map(([name, recorded]) => [name, run.options[recorded]]));
}
