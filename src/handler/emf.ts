/**
 * A call's figures as a CloudWatch metric: one log line in the Embedded Metric Format, which CloudWatch reads out of the
 * log. No API is called. Source: CloudWatch user guide, "Specification: Embedded metric format".
 */

export const NAMESPACE = 'ResNetBench';

/** Every metric is paid for once per combination of dimensions, so there is one: the function. All else stands beside it in the line, for Logs Insights. */
export const DIMENSIONS = ['FunctionName'] as const;

/** All metrics that the handler emits. Count metrics of a call are 0 or 1; sums and averages of them are numbers of calls and shares. */
export const METRICS = [
  /** Only with the first call of an environment. */
  { name: 'InitTime', unit: 'Milliseconds' },
  { name: 'HandlerTime', unit: 'Milliseconds' },
  { name: 'ParseTime', unit: 'Milliseconds' },
  { name: 'PreprocessTime', unit: 'Milliseconds' },
  { name: 'InferenceTime', unit: 'Milliseconds' },
  { name: 'PostprocessTime', unit: 'Milliseconds' },
  /** User and system time of the process during the call. */
  { name: 'CpuTime', unit: 'Milliseconds' },
  { name: 'MemoryUsed', unit: 'Megabytes' },
  { name: 'MemoryUtilization', unit: 'Percent' },
  { name: 'RequestSize', unit: 'Kilobytes' },
  { name: 'ColdStart', unit: 'Count' },
  /** Answered with 400. Lambda itself counts neither these nor the next as errors. */
  { name: 'BadRequest', unit: 'Count' },
  /** Answered with 500. */
  { name: 'Failure', unit: 'Count' },
] as const;

export type MetricName = (typeof METRICS)[number]['name'];
export type MetricValues = Readonly<Partial<Record<MetricName, number>>>;

export interface EmfFrame {
  readonly timestampMs: number;
  readonly functionName: string;
  /** Stands in the line and can be searched for, but is no metric. */
  readonly properties: Readonly<Record<string, string | number | undefined>>;
}

/** One line with its end; metrics without a value are left out. */
export function emfLine(values: MetricValues, { timestampMs, functionName, properties }: EmfFrame): string {
  const metrics = METRICS.filter(({ name }) => values[name] !== undefined);
  const directive = {
    Namespace: NAMESPACE,
    Dimensions: [DIMENSIONS],
    Metrics: metrics.map(({ name, unit }) => ({ Name: name, Unit: unit })),
  };
  const line = {
    _aws: { Timestamp: timestampMs, CloudWatchMetrics: [directive] },
    [DIMENSIONS[0]]: functionName,
    ...properties,
    ...values,
  };
  return `${JSON.stringify(line)}\n`;
}
