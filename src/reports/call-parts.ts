/** Where the time of a call goes, and where the gap between two targets lies: by means, because medians do not add up. */
import type { Sample, Target } from '../core/record.ts';
import { timesOf } from '../stats/summary.ts';
import { WORK_PARTS } from './stages.ts';

/** Parts of the mean service time, in the order of a call; they add up to it. */
export interface Parts {
  readonly serviceMs: number;
  readonly parts: readonly (readonly [name: string, ms: number])[];
  /** Calls these are the means of. */
  readonly count: number;
}

const REST = 'rest of the handler';
const OUTSIDE = 'outside the handler';
/** What a trace shows of the time outside the handler, in the order of a call. */
const TRACED = ['networkMs', 'initMs', 'unexplainedMs'];

/**
 * Of the calls whose trace shows where the time outside the handler goes, where there are any; else of all. Undefined without calls, or
 * when one did not tell its handler time. A stage that one did not tell is left within the rest.
 */
export function partsOf(calls: readonly Sample[]): Parts | undefined {
  const all = calls.map(timesOf);
  const traced = all.filter(({ networkMs, unexplainedMs }) => networkMs !== undefined && unexplainedMs !== undefined);
  const times = traced.length > 0 ? traced : all;
  const serviceMs = meanOf(times, 'serviceMs');
  const handlerMs = meanOf(times, 'handlerMs');
  if (serviceMs === undefined || handlerMs === undefined) return undefined;
  const means = (names: readonly string[]) =>
    names.flatMap(name => {
      const ms = meanOf(times, name);
      return ms === undefined ? [] : [[name, ms] as const];
    });
  const work = means(WORK_PARTS);
  const told = work.reduce((sum, [, ms]) => sum + ms, 0);
  const outside =
    traced.length > 0
      ? outsideParts(means(TRACED), serviceMs - handlerMs)
      : untracedOutside(meanOf(times, 'initMs'), serviceMs - handlerMs);
  return { serviceMs, parts: [...outside, ...work, [REST, handlerMs - told]], count: times.length };
}

/** Of a call that has its init within it, as that of a new process has, the rest lies outside of both. */
function untracedOutside(initMs: number | undefined, outsideMs: number): (readonly [string, number])[] {
  if (initMs === undefined || outsideMs < initMs) return [[OUTSIDE, outsideMs]];
  return [
    ['initMs', initMs],
    [OUTSIDE, outsideMs - initMs],
  ];
}

/** An init that was not part of these calls is no part of their time: it would show as what is left over. */
function outsideParts(means: readonly (readonly [string, number])[], outsideMs: number): (readonly [string, number])[] {
  const without = means.filter(([name]) => name !== 'initMs');
  const leftMs = outsideMs - without.reduce((sum, [, ms]) => sum + ms, 0);
  const within = means.find(([name, ms]) => name === 'initMs' && Math.abs(leftMs - ms) < 0.001);
  return means.filter(([name]) => name !== 'initMs' || within !== undefined);
}

/** Undefined unless all have it. */
function meanOf(times: readonly Record<string, number>[], timing: string): number | undefined {
  let sum = 0;
  for (const { [timing]: ms } of times) {
    if (ms === undefined) return undefined;
    sum += ms;
  }
  return times.length === 0 ? undefined : sum / times.length;
}

/**
 * What each part of a call takes more of `other` than of `baseline`. In this process there is no request to parse and no network, and what
 * lies outside its handler stands against what Lambda spends beyond the handler; any other part that only one of them told is left within the rest.
 */
export function gapOf(other: Parts, baseline: Parts): Omit<Parts, 'count'> {
  const [ours, theirs] = [new Map(other.parts), againstTrace(baseline, other)];
  const gaps: [name: string, ms: number][] = [];
  let restMs = 0;
  for (const name of [OUTSIDE, ...TRACED, ...WORK_PARTS, REST]) {
    const [one, two] = [ours.get(name), theirs.get(name)];
    if (one === undefined && two === undefined) continue;
    const gapMs = (one ?? 0) - (two ?? 0);
    const comparable = ONE_SIDED.has(name) || (one !== undefined && two !== undefined && name !== REST);
    if (comparable) gaps.push([name, gapMs]);
    else restMs += gapMs;
  }
  return { serviceMs: other.serviceMs - baseline.serviceMs, parts: [...gaps, [REST, restMs]] };
}

/** Where one side lacks it there is none. */
const ONE_SIDED = new Set(['parseMs', 'networkMs', 'initMs']);

function againstTrace({ parts }: Parts, other: Parts): Map<string, number> {
  const own = new Map(parts);
  const outsideMs = own.get(OUTSIDE);
  if (outsideMs === undefined || !other.parts.some(([name]) => name === 'unexplainedMs')) return own;
  own.delete(OUTSIDE);
  return own.set('unexplainedMs', outsideMs);
}

/**
 * How much longer than a warm call a cold one takes, by means. Without the making of a connection, which falls to the first call
 * whatever the function does. Undefined without both.
 */
export function coldExtraMs({ samples }: Target): { extraMs: number; count: number; of: number } | undefined {
  const meanWithoutConnecting = (start: Sample['start']) => {
    const calls = samples.filter(call => call.start === start && call.outcome.ok && call.phase === 'measured');
    // A call on a kept connection made none.
    const ms = calls.reduce((sum, call) => sum + timesOf(call).serviceMs! - (call.timings.connectMs ?? 0), 0);
    return { count: calls.length, ms: ms / calls.length };
  };
  const [cold, warm] = [meanWithoutConnecting('cold'), meanWithoutConnecting('warm')];
  return cold.count === 0 || warm.count === 0
    ? undefined
    : { extraMs: cold.ms - warm.ms, count: cold.count, of: measuredCount(samples) };
}

/** Mean init of cold calls that had it before them: in this process model and session are made before the first call. Undefined where it is a part of them, or not known. */
export function initBeforeMs({ samples }: Target): number | undefined {
  const inits = samples
    .filter(call => call.start === 'cold' && call.outcome.ok && call.phase === 'measured')
    .map(timesOf)
    .map(({ serviceMs, handlerMs, initMs }) =>
      initMs !== undefined && handlerMs !== undefined && serviceMs! - handlerMs < initMs ? initMs : undefined,
    );
  if (inits.length === 0 || inits.includes(undefined)) return undefined;
  return inits.reduce<number>((sum, ms) => sum + ms!, 0) / inits.length;
}

/** Calls of any start that succeeded, but for the warm-up: of so many the cold ones are a share. */
function measuredCount(samples: readonly Sample[]): number {
  return samples.filter(({ outcome, phase }) => outcome.ok && phase === 'measured').length;
}
