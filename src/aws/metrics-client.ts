/** CloudWatch by its SDK client: the one file that imports it. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { type AwsAccess, clientSettings, patience } from './access.ts';
import { asked } from './aws-failure.ts';
import type { Window } from './xray-client.ts';

const OPERATION = 'cloudwatch:GetMetricData';

/** One figure of a metric. */
export interface MetricQuery {
  readonly namespace: string;
  readonly name: string;
  /** `Sum`, `Average`, `Maximum`, `SampleCount`, `p90`, ... */
  readonly statistic: string;
}

export class Metrics {
  readonly #sdk: typeof import('@aws-sdk/client-cloudwatch');
  readonly #client: CloudWatchClient;

  private constructor(sdk: typeof import('@aws-sdk/client-cloudwatch'), access: AwsAccess) {
    this.#sdk = sdk;
    this.#client = new sdk.CloudWatchClient(clientSettings(access));
  }

  static async open(access: AwsAccess): Promise<Metrics> {
    return new Metrics(await import('@aws-sdk/client-cloudwatch'), access);
  }

  /**
   * Of a function, in the order of the queries: the values of one period that is as long as the window, so that a percentile is that of all calls. More than one where
   * AWS cuts the time in another way, none where it has no data. Throws AwsFailure.
   */
  async data(
    functionName: string,
    queries: readonly MetricQuery[],
    { fromMs, toMs }: Window,
    signal: AbortSignal,
  ): Promise<number[][]> {
    const period = Math.max(60, Math.ceil((toMs - fromMs) / 60_000) * 60);
    const command = new this.#sdk.GetMetricDataCommand({
      StartTime: new Date(fromMs),
      EndTime: new Date(toMs),
      ScanBy: 'TimestampAscending',
      MetricDataQueries: queries.map(({ namespace, name, statistic }, i) => ({
        Id: `m${i}`,
        MetricStat: {
          Metric: {
            Namespace: namespace,
            MetricName: name,
            Dimensions: [{ Name: 'FunctionName', Value: functionName }],
          },
          Period: period,
          Stat: statistic,
        },
      })),
    });
    const { MetricDataResults = [] } = await asked(OPERATION, () => this.#client.send(command, patience(signal)));
    const byId = new Map(MetricDataResults.map(({ Id, Values = [] }) => [Id, Values]));
    return queries.map((_, i) => byId.get(`m${i}`) ?? []);
  }

  close(): void {
    this.#client.destroy();
  }
}
