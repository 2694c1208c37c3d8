/** Which times of a call a table shows, in which order and under which name. */
import type { Distribution } from '../core/record.ts';

/** Parts of the work in their order, by the names of the record. */
export const WORK_PARTS = ['parseMs', 'preprocessMs', 'inferenceMs', 'postprocessMs'];
const WORK = [...WORK_PARTS, 'handlerMs'];
/** Of a first call: the init, and what of it its process can tell. */
const INIT = ['initMs', 'runtimeStartMs', 'importsMs', 'sessionMs'];
/** The call as its client sees it: the work, all else, and both. */
const CALL = [...INIT, ...WORK, 'outsideMs', 'serviceMs'];
/** The same where traces tell what the rest is. */
const TRACED_CALL = ['networkMs', ...INIT, 'unexplainedMs', ...WORK, 'serviceMs'];
/** The call as AWS sees it, in its traces and its log. */
const AWS = ['serviceSideMs', 'invocationMs', 'overheadMs', 'durationMs', 'billedMs'];
/** Where calls have planned times: how late they left, and the time from then on. */
const SCHEDULED = ['issueDelayMs', 'responseMs'];
/** A second view of the service time, and what comes before it. */
const WIRE = ['connectMs', 'requestMs', 'firstByteMs', 'downloadMs', 'encodeMs'];

type Times = Readonly<Record<string, Distribution>>;

/**
 * The times that a table shows, with their names; the client's too when there is a wire, and alone when the work did not tell its
 * own; those of the schedule in an open loop.
 */
export function stagesOf(times: Times, open = false): [name: string, Distribution][] {
  const work = WORK.filter(stage => times[stage] !== undefined);
  const first = times.initMs === undefined ? [] : [...INIT, ...work, 'serviceMs'];
  const alone = first.length > 0 ? first : work.length > 0 && !open ? work : [...work, 'serviceMs'];
  const seen = isTraced(times) ? TRACED_CALL : CALL;
  const shown = [
    ...(hasWire(times) ? seen : alone),
    ...(open ? SCHEDULED : []),
    ...(hasWire(times) ? [...WIRE, ...AWS] : []),
  ];
  const most = Math.max(0, ...Object.values(times).map(({ count }) => count));
  return shown.flatMap(stage => {
    const distribution = times[stage];
    if (distribution === undefined) return [];
    const { count } = distribution;
    const share = count < most ? ` (${count} of ${most})` : '';
    return [[`${stageName(stage)}${share}`, distribution] satisfies [string, Distribution]];
  });
}

/** Stages of the work that no answer told, where a function should have. */
export function untoldStages(times: Times): string[] {
  return hasWire(times) ? WORK.filter(stage => times[stage] === undefined).map(stageName) : [];
}

export function hasWire(times: Times): boolean {
  return WIRE.some(stage => times[stage] !== undefined);
}

/** Whether traces tell of these calls what of them is network. */
export function isTraced(times: Times): boolean {
  return times.networkMs !== undefined;
}

/** Whether X-Ray or the log tells anything of these calls. */
export function isSeenByAws(times: Times): boolean {
  return AWS.some(stage => times[stage] !== undefined);
}

/** `firstByteMs` is the first byte. */
export function stageName(timing: string): string {
  return timing.replace(/Ms$/, '').replaceAll(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
}
