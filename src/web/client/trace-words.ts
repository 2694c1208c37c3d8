/** What is to be said of a call's trace and log line, as far as they are known. */
import { JOIN_WORDS } from '../../reports/join-words.ts';
import type { CallAnswer } from './answers.ts';

/** One that takes longer is said to be late. */
export const LATE_MS = 4_000;

export function traceWords({ target, sample, search }: CallAnswer, sinceMs: number): string | undefined {
  if (target === 'local') return undefined;
  const { trace, traceJoin, evidence } = sample;
  const going = search === 'under way';
  if (search === 'lost' && trace !== 'complete' && trace !== 'not-sampled') {
    return 'Trace not known: the server does not answer any more, and this page no longer looks for it.';
  }
  switch (trace) {
    case 'complete':
      return `Trace complete${traceJoin === undefined ? '' : `: ${JOIN_WORDS[traceJoin]}`}.${going && evidence?.log === undefined ? ' Its log line is still to come.' : ''}`;
    case 'partial':
      return going
        ? 'Trace here in part; the rest is still to come.'
        : 'Trace incomplete: the rest of it did not come.';
    case 'not-sampled':
      return 'Not sampled: this call leaves no trace, by the decision of Lambda or of its front door.';
    case 'missing':
      return 'Trace not found: X-Ray did not deliver it in time. What it would tell stays unknown.';
    case 'off':
      if (!going) return 'No trace: nobody looked for one, or the answer does not tell which is its own.';
      return sinceMs < LATE_MS
        ? 'Waiting for the trace.'
        : 'The trace is late: X-Ray takes its time. This page keeps looking and fills it in.';
  }
}
