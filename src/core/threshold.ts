/** A limit that a figure must keep: `lambda.warm.inferenceMs.p95<900`, `lambda.failed<1`, `regression<5%`. */
import { START_KINDS, type StartKind } from './start-kind.ts';
import { TIMING_NAMES } from './timing-names.ts';

const STATISTICS = ['count', 'min', 'mean', 'stddev', 'p50', 'p90', 'p95', 'p99', 'max'] as const;
export type Statistic = (typeof STATISTICS)[number];
/** Those of `timings`, and those that follow from a sample's offsets. */
const TIMINGS: readonly string[] = ['responseMs', 'serviceMs', 'issueDelayMs', ...TIMING_NAMES];
const COUNTS = ['failed', 'failedShare', 'coldShare', 'maxMemoryMb', 'usdPerMillion'] as const;
export type CountName = (typeof COUNTS)[number];

export type Subject =
  | {
      readonly kind: 'time';
      readonly target: string;
      readonly start: StartKind;
      readonly timing: string;
      readonly statistic: Statistic;
    }
  | { readonly kind: 'count'; readonly target: string; readonly count: CountName }
  /** How much longer than the baseline's, as a fraction; of the headline where no time is named. */
  | { readonly kind: 'regression'; readonly target?: string; readonly start?: StartKind; readonly timing?: string };

export interface Threshold {
  /** As it was written. */
  readonly text: string;
  readonly subject: Subject;
  readonly comparison: '<' | '<=' | '>' | '>=';
  readonly limit: number;
}

/** A target may be named `1024 MB, 1 thread`. */
const SHAPE = /^\s*([^<>=]+?)\s*(<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)\s*(%?)\s*$/;

/** What is wrong with it in words, or the threshold. */
export function parseThreshold(text: string): Threshold | string {
  const [, path = '', comparison, number, percent] = SHAPE.exec(text) ?? [];
  if (comparison === undefined) return 'must be a figure, one of < <= > >=, and a number';
  const subject = subjectOf(path.split('.'));
  if (typeof subject === 'string') return subject;
  const limit = Number(number) / (percent === '%' ? 100 : 1);
  return { text, subject, comparison: comparison as Threshold['comparison'], limit };
}

function subjectOf(parts: readonly string[]): Subject | string {
  const [target = '', start, timing, statistic] = parts;
  if (parts.length === 1) return target === 'regression' ? { kind: 'regression' } : `knows no figure "${target}"`;
  if (parts.length === 2) {
    return isOneOf(COUNTS, start)
      ? { kind: 'count', target, count: start }
      : `knows no figure "${start}": ${COUNTS.join(', ')}`;
  }
  if (parts.length !== 4) return 'must name target.start.timing.statistic';
  if (!isOneOf(START_KINDS, start)) return `knows no start "${start}": ${START_KINDS.join(', ')}`;
  if (!isOneOf(TIMINGS, timing)) return `knows no time "${timing}": ${TIMINGS.join(', ')}`;
  if (statistic === 'regression') return { kind: 'regression', target, start, timing };
  if (!isOneOf(STATISTICS, statistic)) return `knows no statistic "${statistic}": ${STATISTICS.join(', ')}`;
  return { kind: 'time', target, start, timing, statistic };
}

function isOneOf<T extends string>(names: readonly T[], name: string | undefined): name is T {
  return (names as readonly (string | undefined)[]).includes(name);
}
