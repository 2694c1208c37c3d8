/** Where client, handler, log and trace contradict each other beyond their precision: one warning for each kind, which names a call. */
import type { Sample, Warning } from '../core/record.ts';

/** X-Ray's service segment has milliseconds; the other times are finer. */
const PRECISION_MS = 1;
/** Two of AWS's own clocks readings of the same thing differ by so much or so large a part: REPORT and the trace are not read at one moment. */
const APART_MS = 5;
const APART_PART = 0.02;

interface Check {
  readonly code: string;
  /** What a call must be for the two to contradict each other; undefined when they do not, or one is unknown. */
  contradiction(sample: Sample): string | undefined;
  readonly advice: string;
}

const ms = (value: number) => `${value.toFixed(1)} ms`;

function apart(one: number | undefined, other: number | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  const difference = Math.abs(one - other);
  return difference > APART_MS && difference > APART_PART * Math.max(one, other);
}

const CHECKS: readonly Check[] = [
  {
    code: 'service-beyond-call',
    contradiction: ({ timings: { serviceSideMs, networkMs } }) =>
      networkMs !== undefined && networkMs < -PRECISION_MS
        ? `its trace says ${ms(serviceSideMs!)} in AWS, ${ms(-networkMs)} longer than the whole call`
        : undefined,
    advice: 'the trace may be of another call; the network of these calls is below 0',
  },
  {
    code: 'work-beyond-service',
    contradiction: ({ timings: { unexplainedMs } }) =>
      unexplainedMs !== undefined && unexplainedMs < -PRECISION_MS
        ? `init and handler take ${ms(-unexplainedMs)} longer than the time in AWS that its trace shows`
        : undefined,
    advice: 'one of the clocks is wrong, or the init does not lie within the call',
  },
  {
    code: 'handler-beyond-invocation',
    contradiction: ({ timings: { handlerMs, invocationMs } }) =>
      handlerMs !== undefined && invocationMs !== undefined && handlerMs > invocationMs + PRECISION_MS
        ? `the handler says ${ms(handlerMs)}, its trace has an Invocation of ${ms(invocationMs)}`
        : undefined,
    advice: 'take the handler times of these calls with care',
  },
  {
    code: 'handler-beyond-duration',
    contradiction: ({ timings: { handlerMs, durationMs } }) =>
      handlerMs !== undefined && durationMs !== undefined && handlerMs > durationMs + PRECISION_MS
        ? `the handler says ${ms(handlerMs)}, its log line a Duration of ${ms(durationMs)}`
        : undefined,
    advice: 'take the handler times of these calls with care',
  },
  {
    code: 'init-apart',
    contradiction: ({ evidence }) =>
      apart(evidence?.trace?.initMs, evidence?.log?.initMs)
        ? `its trace has an init of ${ms(evidence!.trace!.initMs!)}, its log line one of ${ms(evidence!.log!.initMs!)}`
        : undefined,
    advice: 'the trace is taken',
  },
  {
    code: 'duration-apart',
    contradiction: ({ timings: { invocationMs, overheadMs, durationMs }, evidence }) => {
      if (overheadMs === undefined || invocationMs === undefined) return undefined;
      const traced = invocationMs + overheadMs;
      // An init that is repeated inside the call is part of its Duration, and has no line of its own.
      const repeatedMs = evidence?.log?.initMs === undefined ? (evidence?.trace?.initMs ?? 0) : 0;
      return apart(traced, durationMs) && apart(traced + repeatedMs, durationMs)
        ? `its trace has ${ms(traced)} of Invocation and Overhead, its log line a Duration of ${ms(durationMs!)}`
        : undefined;
    },
    advice: 'what was billed follows the log line',
  },
  {
    code: 'init-beyond-trace',
    contradiction: ({ evidence }) => {
      const [own, traced] = [evidence?.handler?.initMs, evidence?.trace?.initMs];
      return own !== undefined && traced !== undefined && own > traced + APART_MS
        ? `the function says that its init took ${ms(own)}, its trace ${ms(traced)}`
        : undefined;
    },
    advice: 'the trace is taken',
  },
  {
    code: 'start-apart',
    contradiction: ({ evidence }) => {
      const first = evidence?.handler && evidence.handler.start !== 'warm' && evidence.handler.start !== 'unknown';
      if (evidence?.handler?.start === 'warm' && (evidence.trace?.initMs ?? evidence.log?.initMs) !== undefined)
        return 'the function says that it was not the first of its environment, but there is an init to it';
      if (first && evidence?.trace?.state === 'complete' && evidence.trace.initMs === undefined)
        return 'the function says that it was the first of its environment, and its trace has no init';
      return undefined;
    },
    advice: 'an init that failed and was repeated inside the call looks like this',
  },
];

export class Disagreements {
  readonly #found = new Map<Check, { readonly seq: number; readonly what: string; count: number }>();

  add(sample: Sample): void {
    if (sample.evidence === undefined) return;
    for (const check of CHECKS) {
      const what = check.contradiction(sample);
      if (what === undefined) continue;
      const found = this.#found.get(check);
      if (found === undefined) this.#found.set(check, { seq: sample.seq, what, count: 1 });
      else found.count++;
    }
  }

  warnings(): Warning[] {
    return [...this.#found].map(([{ code, advice }, { seq, what, count }]) => {
      const others = count === 1 ? '' : ` (and ${count - 1} more like it)`;
      return { code, message: `call ${seq}${others}: ${what}`, advice };
    });
  }
}
