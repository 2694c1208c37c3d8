/** What a run at a rate says of itself in words and cells: rates, what was refused or dropped, environments, concurrency over time. No layout. */

import { formatDuration } from '../core/duration.ts';
import type { IncidentOf, RunRecord, Sample, Target } from '../core/record.ts';
import { distributionOf } from '../stats/distribution.ts';
import { inFlight } from '../stats/in-flight.ts';
import { timesOf } from '../stats/summary.ts';
import { formatMs, plural, UNKNOWN } from './figures.ts';

interface LoadOptions {
  /** Calls a second. */
  readonly rate: number;
  readonly durationMs: number;
  readonly arrivals: string;
  readonly seed?: number;
  readonly planned: number;
}

/** Undefined for another kind of run. */
function loadOptions({ options }: Pick<RunRecord['run'], 'options'>): LoadOptions | undefined {
  const { rate, durationMs, arrivals, seed, planned } = options;
  if (typeof rate !== 'number' || typeof durationMs !== 'number' || typeof planned !== 'number') return undefined;
  return { rate, durationMs, arrivals: String(arrivals), planned, ...(typeof seed === 'number' && { seed }) };
}

/** `1200 calls planned: 20 a second for 1m, at even distances`; undefined for another kind of run. */
export function describeRate({ run }: Pick<RunRecord, 'run'>): string | undefined {
  const load = loadOptions(run);
  if (load === undefined) return undefined;
  const { rate, durationMs, arrivals, seed, planned } = load;
  const how = arrivals === 'poisson' ? `at random times (Poisson, seed ${seed})` : 'at even distances';
  return `${plural(planned, 'call')} planned: ${rate} a second for ${formatDuration(durationMs)}, ${how}`;
}

/** What became of the calls: the offered rate and the achieved one, refusals, environments. Nothing for another kind of run. */
export function describeLoad(record: RunRecord, target: Target): string[] {
  const load = loadOptions(record.run);
  if (load === undefined || target.samples.length === 0) return [];
  const { beganMs = 0 } = record.run;
  const { samples } = target;
  const count = (of: (sample: Sample) => boolean) => samples.filter(of).length;
  const succeeded = count(({ outcome }) => outcome.ok);
  const lastMs = samples.reduce((last, { completedMs }) => Math.max(last, completedMs), beganMs);
  const passedMs = passed(record.run, load, samples);
  const dropped = (record.incidents ?? [])
    .filter(
      (incident): incident is IncidentOf<'dropped'> => incident.kind === 'dropped' && incident.target === target.name,
    )
    .reduce((sum, incident) => sum + incident.count, 0);
  const perSecond = (calls: number, ms: number) => `${((calls * 1_000) / ms).toPrecision(3)} a second`;
  const throttled = count(({ outcome }) => !outcome.ok && outcome.error.kind === 'throttled');
  const failed = samples.length - succeeded - throttled;
  return [
    [
      `offered ${perSecond(samples.length + dropped, passedMs)}`,
      `sent ${perSecond(samples.length, passedMs)} (${plural(dropped, 'call')} dropped)`,
      `achieved ${perSecond(succeeded, Math.max(lastMs - beganMs, passedMs))} until the last answer: ${succeeded} succeeded, ${throttled} throttled (429), ${failed} failed otherwise`,
    ].join(' · '),
    ...describeScaling(target),
  ];
}

/** The planned time, or of a run that ended before it what had passed by its last call. */
function passed(
  { stoppedBy, beganMs = 0 }: RunRecord['run'],
  { durationMs }: LoadOptions,
  samples: readonly Sample[],
): number {
  if (stoppedBy === 'duration') return durationMs;
  const last = samples.reduce((latest, { completedMs }) => Math.max(latest, completedMs), beganMs);
  return Math.max(1, Math.min(durationMs, last - beganMs));
}

/** New environments that were made because all others had a call, and those that were not. */
function describeScaling({ samples }: Target): string[] {
  const cold = samples.filter(({ start }) => start === 'cold');
  if (cold.length === 0) return [];
  const others = (one: Sample) =>
    samples.some(
      other =>
        other !== one && !isThrottled(other) && other.issuedMs <= one.issuedMs && other.completedMs > one.issuedMs,
    );
  const scaling = cold.filter(others).length;
  return [
    `${plural(cold.length, 'cold start')}: ${scaling} while other calls were in flight (scaling), ${cold.length - scaling} while none was`,
  ];
}

const isThrottled = ({ outcome }: Sample) => !outcome.ok && outcome.error.kind === 'throttled';

/** Windows of round lengths, seconds. */
const LENGTHS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600];
const MOST_WINDOWS = 15;

/** A row a window of the run, the head first; nothing for another kind of run. Calls stand where they were due. */
export function loadCells({ run }: Pick<RunRecord, 'run'>, { samples }: Target): string[][] {
  const load = loadOptions(run);
  if (load === undefined || samples.length === 0) return [];
  const { beganMs = 0 } = run;
  const lengthMs = 1_000 * (LENGTHS_S.find(s => load.durationMs <= s * 1_000 * MOST_WINDOWS) ?? LENGTHS_S.at(-1)!);
  const passedMs = passed(run, load, samples);
  const windows = Math.ceil(passedMs / lengthMs);
  const edges = Array.from({ length: windows + 1 }, (_, i) => beganMs + Math.min(i * lengthMs, passedMs));
  const due = Array.from({ length: windows }, (): Sample[] => []);
  for (const sample of samples) {
    const window = Math.floor((sample.scheduledMs - beganMs) / lengthMs);
    due[Math.min(windows - 1, Math.max(0, window))]!.push(sample);
  }
  const flights = inFlight(samples, edges);
  return [
    ['at', 'sent', 'ok', '429', 'failed', 'cold', 'in flight', 'most', 'response p50 ms', 'p95'],
    ...due.map((calls, i) => {
      const ok = calls.filter(({ outcome }) => outcome.ok);
      const throttled = calls.filter(isThrottled).length;
      const response = distributionOf(ok.map(call => timesOf(call).responseMs!));
      const percentile = (ms: number | null | undefined) => (ms == null ? UNKNOWN : formatMs(ms));
      return [
        formatDuration(edges[i]! - beganMs),
        ...[calls.length, ok.length, throttled, calls.length - ok.length - throttled].map(String),
        String(calls.filter(({ start }) => start === 'cold').length),
        flights[i]!.mean.toFixed(2),
        String(flights[i]!.max),
        percentile(response?.p50),
        percentile(response?.p95),
      ];
    }),
  ];
}

export const LOAD_LEGEND =
  'of the calls that were due in that time; in flight: mean over the time, and most at once; response: from when a call was due, cold ones included';
