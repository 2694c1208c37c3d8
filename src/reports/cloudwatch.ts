/** CloudWatch's figures of a run beside what was measured here, and where the two differ. No layout. */
import type { CloudWatchFigures } from '../core/cloudwatch.ts';
import { hasReached } from '../core/reached.ts';
import { isFirstCall, type Sample, type Target } from '../core/record.ts';
import { distributionOf } from '../stats/distribution.ts';
import { inFlight } from '../stats/in-flight.ts';
import { formatMs, UNKNOWN } from './figures.ts';
import { mostOf } from './target-facts.ts';

type Metric = CloudWatchFigures['metrics'][number];

/** Times that differ by less are the same. */
const SAME = 0.01;

/** Rows of cells, the head first; none where CloudWatch was not asked, or told nothing. */
export function cloudWatchCells({ cloudWatch, samples }: Target): string[][] {
  if (cloudWatch === undefined) return [];
  const rows = cloudWatch.metrics.flatMap(metric => {
    const here = ownFigure(metric, samples);
    if (metric.value === null && here === undefined) return [];
    const time = isTime(metric);
    const cell = (value: number | null | undefined) =>
      value == null ? UNKNOWN : time ? formatMs(value) : String(Math.round(value));
    return [[nameOf(metric), cell(metric.value), cell(here), differs(metric, here) ? 'differs' : '']];
  });
  return rows.length === 0 ? [] : [['of the whole run', 'CloudWatch', 'here', ''], ...rows];
}

export function cloudWatchLegend({ cloudWatch }: Target): string[] {
  if (cloudWatch === undefined) return [];
  const { from, to, complete } = cloudWatch;
  const minutes = `CloudWatch: all calls of the function from ${from.slice(0, 16)}Z to ${to.slice(11, 16)}Z, cold ones and others' included`;
  return [
    complete ? minutes : `${minutes}; IT DID NOT KNOW OF ALL CALLS YET when it was last asked`,
    'here: duration by the log, the others by the answers; concurrency as the client saw it, network included; -: not known',
  ];
}

function nameOf({ name, statistic }: Metric): string {
  const words = name.replaceAll(/(?!^)[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
  const unit = /Time$|^Duration$/.test(name) ? ' ms' : name === 'MemoryUsed' ? ' MB' : '';
  return `${words} ${statistic.toLowerCase()}${unit}`;
}

function isTime({ name }: Metric): boolean {
  return /Time$|^Duration$/.test(name);
}

/** What the client's concurrency is larger by is the network. */
function differs(metric: Metric, here: number | undefined): boolean {
  const { value, name } = metric;
  if (value === null || here === undefined || name === 'ConcurrentExecutions' || name === 'MemoryUsed') return false;
  return isTime(metric) ? Math.abs(value - here) > SAME * Math.max(value, here) : value !== here;
}

/** The same from the samples; undefined where they do not tell of every call. */
function ownFigure({ namespace, name, statistic }: Metric, samples: readonly Sample[]): number | undefined {
  const answered = samples.filter(({ outcome }) => outcome.ok);
  switch (`${namespace} ${name}`) {
    case 'AWS/Lambda Invocations':
      return samples.filter(cameThrough).length;
    case 'AWS/Lambda Errors':
      return samples.filter(({ outcome }) => !outcome.ok && isFunctionError(outcome.error)).length;
    case 'AWS/Lambda Throttles':
      return samples.filter(({ outcome }) => !outcome.ok && outcome.error.kind === 'throttled').length;
    case 'AWS/Lambda ConcurrentExecutions': {
      const ends = samples.map(({ completedMs }) => completedMs);
      return samples.length === 0
        ? undefined
        : inFlight(samples.filter(cameThrough), [0, (mostOf(ends) ?? 0) + 1])[0]!.max;
    }
    case 'AWS/Lambda Duration':
      return figure(
        samples.filter(cameThrough).map(({ timings }) => timings.durationMs),
        statistic,
      );
    case 'ResNetBench InferenceTime':
      return figure(
        answered.map(({ timings }) => timings.inferenceMs),
        statistic,
      );
    case 'ResNetBench HandlerTime':
      return figure(
        answered.map(({ timings }) => timings.handlerMs),
        statistic,
      );
    case 'ResNetBench InitTime':
      return figure(
        answered
          .filter(({ start }) => isFirstCall(start))
          .map(({ evidence, timings }) => evidence?.handler?.initMs ?? timings.initMs),
        statistic,
      );
    case 'ResNetBench ColdStart':
      // A call that failed may have been an environment's first, too: its trace tells.
      return samples.filter(({ start }) => isFirstCall(start)).length;
    case 'ResNetBench MemoryUsed':
      return mostOf(answered.map(({ memory }) => memory.usedMb));
    case 'ResNetBench Failure':
      return samples.filter(({ outcome }) => !outcome.ok && outcome.error.httpStatus === 500).length;
    default:
      return undefined;
  }
}

const cameThrough = ({ outcome }: Sample) => hasReached(outcome);

/** As Lambda counts: what the handler answered with 500 itself is none. */
function isFunctionError({ kind, httpStatus }: { kind: string; httpStatus?: number }): boolean {
  return kind === 'function-error' || httpStatus === 502 || httpStatus === 504;
}

function figure(values: readonly (number | undefined)[], statistic: string): number | undefined {
  const known = values.filter(value => value !== undefined);
  if (known.length === 0 || known.length < values.length) return undefined;
  const distribution = distributionOf(known)!;
  switch (statistic) {
    case 'Average':
      return distribution.mean;
    case 'Maximum':
      return distribution.max;
    case 'p50':
    case 'p90':
    case 'p95':
    case 'p99':
      return distribution[statistic] ?? undefined;
    default:
      return undefined;
  }
}
