/** What CloudWatch keeps of the function's calls, the oldest dropped first; late, if that is asked for. Source: Lambda developer guide, "Types of metrics for Lambda functions". */
import type { EmulatorConfig } from './config.ts';
import { embeddedMetrics, type MetricPoint } from './embedded-metrics.ts';
import type { InvocationRecord } from './invocation.ts';
import { now } from './moment.ts';

const NAMESPACE = 'AWS/Lambda';
/** Of one metric. */
const MOST_POINTS = 200_000;

interface Kept {
  readonly epochMs: number;
  readonly value: number;
  /** Monotonic milliseconds of this process. */
  readonly visibleAtMs: number;
}

export class MetricStore {
  readonly #config: EmulatorConfig;
  readonly #points = new Map<string, Kept[]>();

  constructor(config: EmulatorConfig) {
    this.#config = config;
  }

  /** At the time of the invocation, as AWS writes them. */
  finished({ invocation, status, durationMs }: InvocationRecord): void {
    const { epochMs } = invocation.receivedAt;
    this.#add('Invocations', epochMs, 1);
    this.#add('Errors', epochMs, status === 'success' ? 0 : 1);
    this.#add('Throttles', epochMs, 0);
    this.#add('Duration', epochMs, durationMs);
  }

  /** Counted as no invocation. */
  throttled(): void {
    this.#add('Throttles', now().epochMs, 1);
  }

  /** A call begins, and so many are in flight with it. */
  inFlight(count: number): void {
    this.#add('ConcurrentExecutions', now().epochMs, count);
  }

  /** A line of the log. */
  line(text: string): void {
    for (const point of embeddedMetrics(text)) this.#keep(point);
  }

  /** Values that can be seen by now, [from, to). */
  values(
    metric: Pick<MetricPoint, 'namespace' | 'name' | 'dimensions'>,
    fromEpochMs: number,
    toEpochMs: number,
  ): { epochMs: number; value: number }[] {
    const ms = now().ms;
    return (this.#points.get(keyOf(metric)) ?? []).filter(
      ({ epochMs, visibleAtMs }) => visibleAtMs <= ms && epochMs >= fromEpochMs && epochMs < toEpochMs,
    );
  }

  #add(name: string, epochMs: number, value: number): void {
    const dimensions = { FunctionName: this.#config.functionName };
    this.#keep({ namespace: NAMESPACE, name, dimensions, epochMs, value });
  }

  #keep({ epochMs, value, ...metric }: MetricPoint): void {
    const key = keyOf(metric);
    const points = this.#points.get(key) ?? [];
    this.#points.set(key, points);
    points.push({ epochMs, value, visibleAtMs: now().ms + this.#config.metricDelayMs });
    if (points.length > 2 * MOST_POINTS) points.splice(0, points.length - MOST_POINTS);
  }
}

function keyOf({ namespace, name, dimensions }: Pick<MetricPoint, 'namespace' | 'name' | 'dimensions'>): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}
