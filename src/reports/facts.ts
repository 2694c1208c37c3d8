/** What every report says of a run and its calls in words: how it ended, how many calls, failures, predictions. No layout. */
import { formatDuration } from '../core/duration.ts';
import type { Run, RunRecord, Sample, StartKind, Target } from '../core/record.ts';
import { intervalRanks } from '../stats/interval.ts';
import { supportsPercentile } from '../stats/percentile.ts';
import { plural } from './figures.ts';

export function describeStatus({ status, stoppedBy, scenario, options }: Run): string | undefined {
  if (status === 'running') return 'this run has not ended, or was killed: what it has measured so far';
  if (status === 'interrupted' && stoppedBy === 'cost') {
    return `this run was ended before it would cost more than ${options.maxCostUsd} USD (--max-cost, an estimate): what it had measured by then`;
  }
  if (status === 'interrupted') return 'this run was interrupted: what it had measured by then';
  return stoppedBy === 'duration' && scenario !== 'open loop' ? 'ended by its duration' : undefined;
}

/** `warm calls`, `calls of unknown start`; of one `warm call`. */
export function kindOfCalls(start: StartKind, count = 2): string {
  const calls = count === 1 ? 'call' : 'calls';
  return start === 'unknown' ? `${calls} of unknown start` : `${start} ${calls}`;
}

/** `100 warm calls`. */
export function callsOf(count: number, start: StartKind): string {
  return `${count} ${kindOfCalls(start, count)}`;
}

/** `100 warm calls (after 3 to warm up)`. */
export function describeCounts({ samples }: Target, start: StartKind): string {
  const counted = samples.filter(sample => sample.start === start && sample.phase === 'measured' && sample.outcome.ok);
  const warmups = samples.filter(({ phase, start: met }) => phase === 'warmup' && met === start).length;
  return `${callsOf(counted.length, start)}${warmups === 0 ? '' : ` (after ${warmups} to warm up)`}`;
}

/** Those of a picture rather than of the target. */
const OF_A_PICTURE = new Set(['undecodable-image', 'image-too-large', 'too-large']);

/**
 * One line a kind of failure, and a picture where it is the picture's: `broken.jpg: 34 of 34 failed (undecodable-image):
 * cannot be decoded: ...`, `3 of 103 failed (http-5xx), 2 messages, the first: answered 502 ...`.
 */
export function describeFailures({ samples }: Target): string[] {
  const groups = new Map<string, { kind: string; images: Set<string>; messages: Map<string, number> }>();
  for (const { image, outcome } of samples) {
    if (outcome.ok) continue;
    const { kind, message, httpStatus } = outcome.error;
    const key = [kind, httpStatus, OF_A_PICTURE.has(kind) && image].join(' ');
    const group = groups.get(key) ?? { kind, images: new Set(), messages: new Map() };
    groups.set(key, group);
    group.images.add(image);
    group.messages.set(message, (group.messages.get(message) ?? 0) + 1);
  }
  return [...groups.values()].map(({ kind, images, messages }) => {
    const [only] = images.size === 1 ? images : [];
    const asked = only === undefined ? samples : samples.filter(({ image }) => image === only);
    const count = [...messages.values()].reduce((sum, times) => sum + times, 0);
    const [first] = messages.keys();
    const said = messages.size === 1 ? '' : `, ${messages.size} messages, the first`;
    return `${only === undefined ? '' : `${only}: `}${count} of ${asked.length} failed (${kind})${said}: ${first}`;
  });
}

export function isOpenLoop({ scenario }: Run): boolean {
  return scenario === 'open loop';
}

/** What a user waits for. */
export function waitOf({ run }: Pick<RunRecord, 'run'>): 'responseMs' | 'serviceMs' {
  return isOpenLoop(run) ? 'responseMs' : 'serviceMs';
}

/** Its calls were to meet new environments. */
export function isColdRun({ scenario }: Run): boolean {
  return scenario === 'cold starts';
}

const PERCENTILES = [50, 90, 95, 99];
/** From so many calls on each of them has an interval with both ends; to count further takes memory. */
const ENOUGH = 1_000;

/**
 * What so many calls can show and what not: `60 calls a target planned, one each 30s. They can show p50, p90 (95 % interval with both
 * ends), p95 (from below only), ...`; undefined for a run without an interval.
 */
export function describeSlots({ run }: Pick<RunRecord, 'run'>): string | undefined {
  const { intervalMs, durationMs } = run.options;
  if (typeof intervalMs !== 'number' || typeof durationMs !== 'number') return undefined;
  const count = Math.ceil(durationMs / intervalMs);
  // Of several targets the later ones may have a call less, unless the last interval is a whole one.
  const upTo = durationMs % intervalMs === 0 ? '' : 'up to ';
  const planned = `${upTo}${plural(count, 'call')} a target planned, one each ${formatDuration(intervalMs)}`;
  const supported = PERCENTILES.filter(percent => supportsPercentile(count, percent));
  const closed = supported.filter(percent => intervalRanks(Math.min(count, ENOUGH), percent).high !== null);
  const open = supported.filter(percent => !closed.includes(percent));
  const can = [
    closed.length > 0 && `${namesOf(closed)} (95 % interval with both ends)`,
    open.length > 0 && `${namesOf(open)} (from below only)`,
    ...(count > 1 ? ['changes over time'] : []),
    'cold starts that happen',
  ].filter(Boolean);
  const cannot = [
    ...PERCENTILES.filter(percent => !supported.includes(percent)).map(
      percent => `p${percent} (${callsFor(percent)} calls)`,
    ),
    'what many calls at once do',
  ];
  return `${planned}. They can show ${can.join(', ')}; not ${cannot.join(', ')}`;
}

const namesOf = (percentiles: readonly number[]) => percentiles.map(percent => `p${percent}`).join(', ');

/** The fewest that support it. */
const callsFor = (percent: number) => Math.ceil(100 / (100 - percent));

/** `53 of 60 pictures were not called: the run ended before their turn`; undefined when all were, or the run goes on. */
export function describeUncalled({ run, images, targets }: RunRecord): string | undefined {
  const called = new Set(targets.flatMap(({ samples }) => samples.map(({ image }) => image)));
  const uncalled = images.filter(({ name }) => !called.has(name)).length;
  if (uncalled === 0 || run.status === 'running') return undefined;
  const were = uncalled === 1 ? 'was' : 'were';
  return `${uncalled} of ${plural(images.length, 'picture')} ${were} not called: the run ended before their turn`;
}

/** The first answer for each picture, in the order of the pictures. */
export function predictionsByImage(
  record: RunRecord,
  { samples }: Target,
): { image: string; predictions: Sample['predictions'] }[] {
  return record.images.flatMap(({ name }) => {
    const answered = samples.find(sample => sample.image === name && sample.predictions.length > 0);
    return answered === undefined ? [] : [{ image: name, predictions: answered.predictions }];
  });
}
