/** Whether a call met a cold, a proactive or a warm environment, by whoever can prove it. */
import type { Evidence } from '../core/evidence.ts';
import type { Sample, StartKind } from '../core/record.ts';
import type { StartEvidence } from '../core/start-kind.ts';

export interface KnownStart {
  readonly start: StartKind;
  readonly startBy?: StartEvidence;
}

/**
 * In this order: an init that the trace shows to be over before the call came; the function's own word; an init within the call's trace;
 * Init Duration of the log line; the function's word that it was not the first, or a whole trace without an init. `told` is what the
 * answer alone said. A log line without Init Duration proves nothing: an init that is repeated inside a call is part of its duration.
 */
export function startOf(told: StartKind, { trace, log }: Evidence, serviceMs: number): KnownStart {
  const traced = trace?.initMs !== undefined;
  if (traced && trace.initAhead === true) return { start: 'proactive', startBy: 'trace' };
  if (told === 'cold' || told === 'proactive') return { start: told, startBy: 'handler' };
  if (traced && trace.initAhead === false) return { start: 'cold', startBy: 'trace' };
  if (log?.initMs !== undefined && told === 'unknown') {
    return { start: serviceMs < log.initMs + log.durationMs ? 'proactive' : 'cold', startBy: 'log' };
  }
  if (told === 'warm') return { start: 'warm', startBy: 'handler' };
  if (trace?.state === 'complete' && !traced) return { start: 'warm', startBy: 'trace' };
  return { start: 'unknown' };
}

/** What the answer of a call alone said, whether or not more is known by now. */
export function toldStart({ start, evidence }: Sample): StartKind {
  return evidence?.handler?.start ?? start;
}
