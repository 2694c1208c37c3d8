/** One call from its sending to its last byte, part by part, as bars on the client's own span. */
import type { TraceSpan } from '../core/evidence.ts';
import { printable } from '../core/printable.ts';
import type { RunRecord, Sample, Target } from '../core/record.ts';
import { timesOf } from '../stats/summary.ts';
import { formatMs } from './figures.ts';
import { JOIN_WORDS } from './join-words.ts';
import { stageName, WORK_PARTS } from './stages.ts';

/** Milliseconds since the call left. */
export interface Bar {
  /** How deep it lies within the others. */
  readonly depth: number;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  /** The trace has no such part: place and length follow from what it tells else. */
  readonly isDerived?: true;
}

export function barName({ name, isDerived }: Pick<Bar, 'name' | 'isDerived'>): string {
  return isDerived ? `${name} (derived)` : name;
}

export interface Waterfall {
  readonly bars: readonly Bar[];
  /** What of the bars' places is not known, and was chosen. */
  readonly notes: readonly string[];
}

/** Of a call that succeeded or failed; only its own span where nothing more is known of it. */
export function waterfallOf(sample: Sample): Waterfall {
  const { serviceMs = 0, networkMs } = timesOf(sample);
  const call = { depth: 0, name: 'call', startMs: 0, endMs: serviceMs };
  const service = (sample.evidence?.trace?.spans ?? []).find(({ part }) => part === 'service');
  const traced = networkMs !== undefined && service !== undefined;
  const inner = traced ? tracedBars(sample, networkMs / 2) : workBars(sample, 1, (serviceMs - handlerOf(sample)) / 2);
  const bars = [call, ...wireBars(sample), ...inner];
  const told = sample.timings.handlerMs !== undefined;
  return {
    bars,
    notes: [
      traced &&
        'AWS stands in the middle of the call, half the network before it: the clocks of both sides are not the same',
      traced && told && 'the work stands at the start of its invocation, its parts one after another',
      inner.some(({ name }) => name === 'Overhead') &&
        'Overhead is after the answer was sent: the function goes on a little longer than the call',
      inner.some(({ isDerived }) => isDerived) &&
        'this trace has no Invocation of its own: the one shown is as long as response latency and duration together, and ends where Overhead begins',
      !traced &&
        told &&
        sample.timings.downloadMs !== undefined &&
        'the work stands in the middle of the call, its parts one after another: there is no trace that tells',
    ].filter(note => note !== false),
  };
}

const handlerOf = ({ timings: { handlerMs = 0 } }: Sample) => handlerMs;

/** In the order of a call; the first byte comes after all that the server does. */
function wireBars({ timings }: Sample): Bar[] {
  let atMs = 0;
  return (['connectMs', 'requestMs', 'firstByteMs', 'downloadMs'] as const).flatMap(name => {
    const ms = timings[name];
    if (ms === undefined) return [];
    const bar = {
      depth: 1,
      name: name === 'firstByteMs' ? 'wait for first byte' : stageName(name),
      startMs: atMs,
      endMs: atMs + ms,
    };
    atMs = bar.endMs;
    return [bar];
  });
}

const DEPTHS = {
  service: 1,
  dwell: 2,
  attempt: 2,
  init: 2,
  restore: 2,
  function: 2,
  invocation: 3,
  overhead: 3,
  work: 4,
} as const;

function tracedBars(sample: Sample, beginMs: number): Bar[] {
  const spans = sample.evidence?.trace?.spans ?? [];
  const told = spans.flatMap(({ part, name, startMs, endMs }): Bar[] =>
    endMs === undefined ? [] : [{ depth: DEPTHS[part], name, startMs: beginMs + startMs, endMs: beginMs + endMs }],
  );
  const derived = derivedInvocation(sample, beginMs);
  const bars = derived === undefined ? told : withinFunction(told, derived);
  // Where nothing tells of an invocation: from the start of the function on.
  const within = derived ?? barOf('invocation', spans, bars, beginMs) ?? barOf('function', spans, bars, beginMs);
  if (within === undefined) return bars;
  const place = bars.indexOf(within);
  return [...bars.slice(0, place + 1), ...workBars(sample, DEPTHS.work, within.startMs), ...bars.slice(place + 1)];
}

function barOf(part: TraceSpan['part'], spans: readonly TraceSpan[], bars: readonly Bar[], beginMs: number) {
  const span = spans.find(one => one.part === part);
  return bars.findLast(({ name, startMs }) => name === span?.name && startMs === beginMs + span.startMs);
}

/** The new layout has times of the answer in its place; what comes after the answer begins where it ends. */
function derivedInvocation({ evidence }: Sample, beginMs: number): Bar | undefined {
  const { layout, invocationMs, spans = [] } = evidence?.trace ?? {};
  const overhead = spans.find(({ part }) => part === 'overhead');
  const isTold = spans.some(({ part }) => part === 'invocation');
  if (layout !== 'new' || isTold || invocationMs === undefined || overhead === undefined) return undefined;
  const endMs = beginMs + overhead.startMs;
  return { depth: DEPTHS.invocation, name: 'Invocation', startMs: endMs - invocationMs, endMs, isDerived: true };
}

/** Behind the function and its init, before what begins later. */
function withinFunction(bars: readonly Bar[], bar: Bar): Bar[] {
  const later = bars.findIndex(({ depth, startMs }) => depth >= bar.depth && startMs > bar.startMs);
  return later === -1 ? [...bars, bar] : [...bars.slice(0, later), bar, ...bars.slice(later)];
}

function workBars({ timings }: Sample, depth: number, beginMs: number): Bar[] {
  const { handlerMs } = timings;
  if (handlerMs === undefined) return [];
  let atMs = beginMs;
  const parts = WORK_PARTS.flatMap(name => {
    const ms = timings[name as keyof typeof timings];
    if (ms === undefined) return [];
    const bar = { depth: depth + 1, name: stageName(name), startMs: atMs, endMs: atMs + ms };
    atMs = bar.endMs;
    return [bar];
  });
  return [{ depth, name: 'handler', startMs: beginMs, endMs: beginMs + handlerMs }, ...parts];
}

/** `width`: columns of the terminal. Throws nothing; lines are ready to print. */
export function renderCall({ run }: RunRecord, target: Target, sample: Sample, width: number): string {
  const { bars, notes } = waterfallOf(sample);
  const names = bars.map(bar => `${'  '.repeat(bar.depth)}${barName(bar)}`);
  const nameCells = Math.max(...names.map(({ length }) => length));
  const cells = Math.max(20, Math.min(80, width - nameCells - 14));
  const fromMs = Math.min(0, ...bars.map(({ startMs }) => startMs));
  const toMs = Math.max(...bars.map(({ endMs }) => endMs));
  const scale = (ms: number) => ((ms - fromMs) / (toMs - fromMs || 1)) * cells;
  const lines = bars.map(({ startMs, endMs }, i) => {
    const left = Math.min(cells - 1, Math.floor(scale(startMs)));
    const length = Math.max(1, Math.round(scale(endMs)) - left);
    const bar = `${' '.repeat(left)}${'█'.repeat(length)}`.padEnd(cells);
    return `${names[i]!.padEnd(nameCells)}  ${bar}  ${formatMs(endMs - startMs).padStart(7)} ms`;
  });
  const text = [
    `call ${sample.seq} of ${target.name} in ${run.id}: ${sample.image}`,
    ...factsOf(sample),
    '',
    ...lines,
    ...(notes.length > 0 ? ['', ...notes] : []),
  ];
  return printable(`${text.join('\n')}\n`);
}

const BY = { trace: 'by its trace', handler: 'by its own word', log: 'by its log line' } as const;
function factsOf(sample: Sample): string[] {
  const { start, startBy, outcome, trace, traceId, traceJoin, requestId, environmentId, evidence, memory } = sample;
  const log = evidence?.log;
  const { initMs, unexplainedMs, networkMs, issueDelayMs } = timesOf(sample);
  const part = (name: string, ms: number | undefined) => ms !== undefined && `${name} ${formatMs(ms)} ms`;
  return [
    outcome.ok
      ? `${start} start${startBy === undefined ? '' : `, ${BY[startBy]}`}`
      : `failed (${outcome.error.kind}): ${outcome.error.message}`,
    list([
      part('network', networkMs),
      part('init', initMs),
      part('unexplained', unexplainedMs),
      part('left late by', issueDelayMs),
    ]),
    trace === 'off' ? '' : list([`trace ${trace}`, traceId, traceId && traceJoin && JOIN_WORDS[traceJoin]]),
    log === undefined
      ? ''
      : list([
          part('log: Duration', log.durationMs),
          part('Billed Duration', log.billedMs),
          part('Init Duration', log.initMs),
          part('Restore Duration', log.restoreMs),
          memory.maxUsedMb !== undefined && `Max Memory Used ${memory.maxUsedMb} MB`,
          log.status !== undefined && log.status !== 'success' && `Status ${log.status}`,
        ]),
    list([requestId && `request ${requestId}`, environmentId && `environment ${environmentId}`]),
  ].filter(line => line !== '');
}

function list(parts: readonly (string | false | undefined)[]): string {
  return parts.filter(Boolean).join(' · ');
}
