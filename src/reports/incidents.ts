/** What befell a run beside its calls, in words: a line for each kind, with the first few of it. No layout. */
import type { Incident, IncidentOf, Run, RunRecord } from '../core/record.ts';
import { formatPercent, plural } from './figures.ts';

/** Enough to say when; a run may be long. */
const MOST_SHOWN = 5;

/** Lines in the order of the kinds, those of one target together; none when nothing befell it. */
export function describeIncidents({ run, incidents = [] }: RunRecord): string[] {
  const lines = new Map<string, Incident[]>();
  for (const incident of incidents) {
    const key = [incident.kind, 'target' in incident ? incident.target : ''].join(' ');
    lines.set(key, [...(lines.get(key) ?? []), incident]);
  }
  return [...describeGaps(run), ...[...lines.values()].map(alike => describeAlike(run, alike))];
}

function describeAlike(run: Run, incidents: readonly Incident[]): string {
  const shown = incidents.slice(0, MOST_SHOWN).map(incident => WORDS[incident.kind](run, incident as never));
  const more = incidents.length - shown.length;
  const [first] = incidents;
  const whose = first !== undefined && 'target' in first ? `${first.target}: ` : '';
  const total = incidents.reduce((sum, incident) => sum + ('count' in incident ? incident.count : 0), 0);
  const all = incidents.length > 1 && total > 0 ? ` (${total} in all)` : '';
  return `${whose}${shown.join('; ')}${more > 0 ? `; and ${plural(more, 'more time')}` : ''}${all}${advice(first)}`;
}

/** One alone. */
export function describeIncident(run: Run, incident: Incident): string {
  return describeAlike(run, [incident]);
}

type Words = { [Kind in Incident['kind']]: (run: Run, incident: IncidentOf<Kind>) => string };

const WORDS: Words = {
  missed: (run, incident) => `${plural(incident.count, 'planned call')} missed ${between(run, incident)}`,
  dropped: (run, incident) => `${plural(incident.count, 'call')} not sent ${between(run, incident)}`,
  failing: (run, incident) =>
    `${incident.count} calls in a row failed ${between(run, incident)} (${Object.entries(incident.failed)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', ')})`,
  steady: (run, incident) =>
    `steady from call ${incident.fromSeq} on, ${between(run, incident)}: the medians of three windows lie within ${formatPercent(incident.spread)}`,
  'never-steady': (run, incident) =>
    `NEVER STEADY ${between(run, incident)}: ${incident.spread === undefined ? 'too few calls for three windows' : `the medians of the last three windows lie ${formatPercent(incident.spread)} apart`}`,
  slept: (run, incident) =>
    `the machine slept for ${seconds(incident.toMs - incident.fromMs)}, ${between(run, incident)}`,
  'clock-jump': (run, incident) =>
    `the wall clock was set ${incident.byMs > 0 ? 'forward' : 'back'} by ${seconds(Math.abs(incident.byMs))} at ${runTime(run, incident.toMs)}`,
  'disk-full': (run, incident) =>
    `the disk was full ${between(run, incident)}, and ${plural(incident.count, 'line')} waited in memory`,
  busy: (run, incident) =>
    `other programs used ${formatPercent(incident.othersCpu)} of this machine's processors ${between(run, incident)}`,
};

const ADVICE: Partial<Record<Incident['kind'], string>> = {
  missed: 'nothing ran then: the machine slept, or this process was stopped',
  dropped: 'as many were in flight as --max-in-flight allows',
  steady: 'those before it are warm-up',
  'never-steady': 'the figures are of all calls, and may depend on when they are taken',
  'clock-jump': 'the schedule did not move: it has a clock of its own',
  busy: 'the figures of that time may be too high',
};

function advice(incident: Incident | undefined): string {
  const text = incident && ADVICE[incident.kind];
  return text === undefined ? '' : `: ${text}`;
}

/** Stretches of a run that was resumed, with what lay between them. */
function describeGaps({ segments }: Run): string[] {
  const gaps = segments.slice(1).map(({ startedAt }, i) => {
    const { endedAt } = segments[i]!;
    const gapMs = endedAt === undefined ? undefined : Date.parse(startedAt) - Date.parse(endedAt);
    return `${gapMs === undefined ? '' : `after ${seconds(gapMs)}, `}at ${startedAt.slice(0, 19)}Z`;
  });
  if (gaps.length === 0) return [];
  const shown = gaps.slice(0, MOST_SHOWN).join('; ');
  const more = gaps.length > MOST_SHOWN ? `; and ${plural(gaps.length - MOST_SHOWN, 'more time')}` : '';
  return [
    `resumed ${gaps.length === 1 ? 'once' : `${gaps.length} times`}: ${shown}${more}: what lay between is no time of the run`,
  ];
}

/** `from 0:10.0 to 0:14.0 (12:40:13Z)`, or `at 0:10.0 (12:40:13Z)`. */
function between(run: Run, { fromMs, toMs }: { fromMs: number; toMs: number }): string {
  if (fromMs === toMs) return `at ${runTime(run, fromMs)}`;
  const [from, wall] = [offset(run, fromMs), wallTime(run, fromMs)];
  return `from ${from} to ${offset(run, toMs)} (${wall})`;
}

function runTime(run: Run, ms: number): string {
  return `${offset(run, ms)} (${wallTime(run, ms)})`;
}

/** Since the measuring began. */
function offset({ beganMs = 0 }: Run, ms: number): string {
  const tenths = Math.round(Math.max(0, ms - beganMs) / 100);
  const [minutes, rest] = [Math.floor(tenths / 600), tenths % 600];
  const clock = `${minutes % 60}:${(rest / 10).toFixed(1).padStart(4, '0')}`;
  return minutes < 60 ? clock : `${Math.floor(minutes / 60)}:${clock.padStart(7, '0')}`;
}

/** By the segment that had begun by then. */
function wallTime({ segments }: Run, ms: number): string {
  const { startedAt, offsetMs } = segments.findLast(segment => segment.offsetMs <= ms) ?? segments[0]!;
  return `${new Date(Date.parse(startedAt) + ms - offsetMs).toISOString().slice(11, 19)}Z`;
}

function seconds(ms: number): string {
  return ms < 120_000 ? `${(ms / 1_000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}
