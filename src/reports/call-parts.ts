/** Where the time of a call goes, and where the gap between two targets lies: by means, because medians do not add up. */
import type { Sample, Target } from '../core/record.ts';
import { timesOf } from '../stats/summary.ts';
import { WORK_PARTS } from './stages.ts';

/** Parts of the mean service time, in the order of a call; they add up to it. */
export interface Parts {
  readonly serviceMs: number;
  readonly parts: readonly (readonly [name: string, ms: number])[];
}

const REST = 'rest of the handler';
const OUTSIDE = 'outside the handler';

/** Undefined without calls, or when one did not tell its handler time. A stage that one did not tell is left within the rest. */
export function partsOf(calls: readonly Sample[]): Parts | undefined {
  const times = calls.map(timesOf);
  const serviceMs = meanOf(times, 'serviceMs');
  const handlerMs = meanOf(times, 'handlerMs');
  if (serviceMs === undefined || handlerMs === undefined) return undefined;
  const work = WORK_PARTS.flatMap(stage => {
    const ms = meanOf(times, stage);
    return ms === undefined ? [] : [[stage, ms] as const];
  });
  const told = work.reduce((sum, [, ms]) => sum + ms, 0);
  return { serviceMs, parts: [[OUTSIDE, serviceMs - handlerMs], ...work, [REST, handlerMs - told]] };
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
 * What each part of a call takes more of `other` than of `baseline`. In this process there is no request to parse; any
 * other part that only one of them told is left within the rest.
 */
export function gapOf(other: Parts, baseline: Parts): Parts {
  const [ours, theirs] = [new Map(other.parts), new Map(baseline.parts)];
  const gaps: [name: string, ms: number][] = [];
  let restMs = 0;
  for (const name of [OUTSIDE, ...WORK_PARTS, REST]) {
    const [one, two] = [ours.get(name), theirs.get(name)];
    if (one === undefined && two === undefined) continue;
    const gapMs = (one ?? 0) - (two ?? 0);
    const comparable = name === 'parseMs' || (one !== undefined && two !== undefined && name !== REST);
    if (comparable) gaps.push([name, gapMs]);
    else restMs += gapMs;
  }
  return { serviceMs: other.serviceMs - baseline.serviceMs, parts: [...gaps, [REST, restMs]] };
}

/**
 * How much longer than a warm call a cold one takes, by means. Without the making of a connection, which falls to the first call
 * whatever the function does. Undefined without both.
 */
export function coldExtraMs({ samples }: Target): { extraMs: number; count: number } | undefined {
  const meanWithoutConnecting = (start: Sample['start']) => {
    const calls = samples.filter(call => call.start === start && call.outcome.ok && call.phase === 'measured');
    // A call on a kept connection made none.
    const ms = calls.reduce((sum, call) => sum + timesOf(call).serviceMs! - (call.timings.connectMs ?? 0), 0);
    return { count: calls.length, ms: ms / calls.length };
  };
  const [cold, warm] = [meanWithoutConnecting('cold'), meanWithoutConnecting('warm')];
  return cold.count === 0 || warm.count === 0 ? undefined : { extraMs: cold.ms - warm.ms, count: cold.count };
}
