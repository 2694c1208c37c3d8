/** CloudWatch's figures of a run's minutes: asked again until it knows of all calls, or for as long as is worth waiting. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudWatchFigures } from '../core/cloudwatch.ts';
import { POLICY } from '../core/policy-hint.ts';
import type { Warning } from '../core/record.ts';
import type { AwsAccess } from './access.ts';
import { AwsFailure } from './aws-failure.ts';
import { type MetricQuery, Metrics } from './metrics-client.ts';
import type { Window } from './xray-client.ts';

export interface MetricsOptions {
  readonly access: AwsAccess;
  /** Between two looks, and for how long after the run: metrics take minutes to appear on AWS. */
  readonly intervalMs: number;
  readonly patienceMs: number;
  /** The command that prints what is to be allowed, for hints. */
  readonly policy?: string;
}

const MINUTE_MS = 60_000;
const MORE_SUMS = ['Errors', 'Throttles'];

/** The first is how many calls it knows of. */
const QUERIES: readonly MetricQuery[] = [
  ...['Invocations', ...MORE_SUMS].map(name => ({ namespace: 'AWS/Lambda', name, statistic: 'Sum' })),
  { namespace: 'AWS/Lambda', name: 'ConcurrentExecutions', statistic: 'Maximum' },
  ...['Average', 'p50', 'p90', 'p95', 'p99', 'Maximum'].map(statistic => ({
    namespace: 'AWS/Lambda',
    name: 'Duration',
    statistic,
  })),
  ...['InferenceTime', 'HandlerTime'].flatMap(name =>
    ['Average', 'p50'].map(statistic => ({ namespace: 'ResNetBench', name, statistic })),
  ),
  { namespace: 'ResNetBench', name: 'InitTime', statistic: 'Average' },
  { namespace: 'ResNetBench', name: 'ColdStart', statistic: 'Sum' },
  { namespace: 'ResNetBench', name: 'Failure', statistic: 'Sum' },
  { namespace: 'ResNetBench', name: 'MemoryUsed', statistic: 'Maximum' },
];

export type FoundMetrics = { readonly figures: CloudWatchFigures } | { readonly warning: Warning };

/** `invocations`: calls of the run that reached the function. When `signal` aborts, what is known by then. */
export async function runMetrics(
  { access, intervalMs, patienceMs, policy }: MetricsOptions,
  functionName: string,
  run: Window & { readonly invocations: number },
  signal: AbortSignal,
): Promise<FoundMetrics> {
  const window = {
    fromMs: Math.floor(run.fromMs / MINUTE_MS) * MINUTE_MS,
    toMs: Math.ceil((run.toMs + 1) / MINUTE_MS) * MINUTE_MS,
  };
  const endMs = performance.now() + patienceMs;
  const metrics = await Metrics.open(access);
  try {
    for (;;) {
      // An answer that is on its way is worth a moment, also to whoever has no time left.
      const values = await metrics.data(functionName, QUERIES, window, AbortSignal.timeout(LAST_LOOK_MS));
      const known = values[0]!.reduce((sum, value) => sum + value, 0);
      const complete = known >= run.invocations;
      if (complete || signal.aborted || performance.now() >= endMs) {
        return { figures: figuresOf(window, values, complete) };
      }
      await sleep(Math.min(intervalMs, Math.max(0, endMs - performance.now())), undefined, { signal }).catch(() => {});
    }
  } catch (thrown) {
    if (!(thrown instanceof AwsFailure)) throw thrown;
    return { warning: refused(thrown, policy) };
  } finally {
    metrics.close();
  }
}

const LAST_LOOK_MS = 5_000;

function figuresOf({ fromMs, toMs }: Window, values: readonly number[][], complete: boolean): CloudWatchFigures {
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    askedAt: new Date().toISOString(),
    complete,
    metrics: QUERIES.map((query, i) => ({ ...query, value: whole(query, values[i]!) })),
  };
}

/** Of several periods: what can be put together again. Averages and percentiles cannot. */
function whole({ statistic }: MetricQuery, values: readonly number[]): number | null {
  const [first] = values;
  if (first === undefined) return null;
  if (values.length === 1) return first;
  if (statistic === 'Sum') return values.reduce((sum, value) => sum + value, 0);
  return statistic === 'Maximum' ? Math.max(...values) : null;
}

function refused({ code, operation, kind, message }: AwsFailure, policy = POLICY): Warning {
  const name = code.replace(/Exception$/, '');
  return {
    code: 'metrics',
    message: `CloudWatch did not tell its figures of the run (${name}: ${operation})`,
    advice:
      kind === 'denied'
        ? `run with --no-metrics, or allow what this prints: ${policy}`
        : `${message}; or run with --no-metrics`,
  };
}
