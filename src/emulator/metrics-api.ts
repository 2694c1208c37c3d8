/** CloudWatch's API, as far as somebody who looks for metrics needs it. Source: CloudWatch API reference, GetMetricData; user guide, "Statistics definitions". */
import { z } from 'zod';
import { ApiError, type Operation } from './aws-api.ts';
import type { MetricStore } from './metric-store.ts';

const MOST_QUERIES = 500;
const seconds = z.number().transform(value => value * 1_000);

const querySchema = z.object({
  Id: z.string().regex(/^[a-z][a-zA-Z0-9_]*$/),
  Label: z.string().optional(),
  ReturnData: z.boolean().default(true),
  Expression: z.string().optional(),
  MetricStat: z
    .object({
      Metric: z.object({
        Namespace: z.string(),
        MetricName: z.string(),
        Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
      }),
      Period: z.int().positive(),
      Stat: z.string(),
    })
    .optional(),
});
const inputSchema = z.object({
  MetricDataQueries: z.array(querySchema).max(MOST_QUERIES),
  StartTime: seconds,
  EndTime: seconds,
  ScanBy: z.enum(['TimestampAscending', 'TimestampDescending']).default('TimestampDescending'),
});
type Input = z.output<typeof inputSchema>;

export function getMetricData(metrics: MetricStore): Operation<Input> {
  return {
    name: 'cloudwatch:GetMetricData',
    protocol: 'json',
    input: inputSchema,
    answer: input => {
      if (input.StartTime >= input.EndTime) {
        throw new ApiError('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.');
      }
      return {
        MetricDataResults: input.MetricDataQueries.filter(({ ReturnData }) => ReturnData).map(query =>
          resultOf(query, input, metrics),
        ),
        Messages: [],
      };
    },
  };
}

/** Buckets lie from the start on, which AWS rounds down to the minute. A bucket without values has no datapoint. */
function resultOf(
  { Id, Label, Expression, MetricStat }: z.output<typeof querySchema>,
  { StartTime, EndTime, ScanBy }: Input,
  metrics: MetricStore,
): object {
  if (Expression !== undefined || MetricStat === undefined) {
    throw new ApiError('ValidationError', 'the emulator has no metric math: ask for a MetricStat');
  }
  const { Metric, Period, Stat } = MetricStat;
  if (Period % 60 !== 0) throw new ApiError('ValidationError', 'Period must be a multiple of 60');
  const statistic = statisticOf(Stat);
  const fromMs = Math.floor(StartTime / 60_000) * 60_000;
  const dimensions = Object.fromEntries(Metric.Dimensions.map(({ Name, Value }) => [Name, Value]));
  const points = metrics.values({ namespace: Metric.Namespace, name: Metric.MetricName, dimensions }, fromMs, EndTime);
  const buckets = new Map<number, number[]>();
  for (const { epochMs, value } of points) {
    const bucket = Math.floor((epochMs - fromMs) / (Period * 1_000));
    const values = buckets.get(bucket);
    if (values === undefined) buckets.set(bucket, [value]);
    else values.push(value);
  }
  const data = [...buckets].sort(([a], [b]) => (ScanBy === 'TimestampAscending' ? a - b : b - a));
  return {
    Id,
    Label: Label ?? Metric.MetricName,
    Timestamps: data.map(([bucket]) => fromMs / 1_000 + bucket * Period),
    Values: data.map(([, values]) => statistic(values)),
    StatusCode: 'Complete',
  };
}

type Statistic = (values: readonly number[]) => number;

const sum: Statistic = values => values.reduce((total, value) => total + value, 0);
const STATISTICS: Readonly<Record<string, Statistic>> = {
  SampleCount: values => values.length,
  Sum: sum,
  Average: values => sum(values) / values.length,
  Minimum: values => values.reduce((least, value) => Math.min(least, value)),
  Maximum: values => values.reduce((most, value) => Math.max(most, value)),
};

/** Throws ApiError for one that is not had here. */
function statisticOf(stat: string): Statistic {
  const named = STATISTICS[stat];
  if (named !== undefined) return named;
  const percent = Number(/^p(\d{1,2}(?:\.\d+)?)$/.exec(stat)?.[1] ?? Number.NaN);
  if (Number.isNaN(percent)) throw new ApiError('ValidationError', `the emulator has no statistic ${stat}`);
  // How AWS interpolates is not published.
  return values => [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil((percent / 100) * values.length) - 1)]!;
}
