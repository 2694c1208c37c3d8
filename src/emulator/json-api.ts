/** The services whose operations are named in a header and asked for at one path: CloudWatch Logs and CloudWatch. */
import { z } from 'zod';
import { ApiError, type AwsApi, type Operation } from './aws-api.ts';
import type { EmulatorConfig } from './config.ts';
import type { FunctionLog } from './log.ts';
import { filterLogEvents } from './logs-api.ts';
import type { MetricStore } from './metric-store.ts';
import { getMetricData } from './metrics-api.ts';
import type { Routes } from './server.ts';

export function addJsonRoutes(
  routes: Routes,
  api: AwsApi,
  config: EmulatorConfig,
  { log, metrics }: { log: FunctionLog; metrics: MetricStore },
): void {
  const logs = filterLogEvents(config, log);
  const data = getMetricData(metrics);
  routes.post('/', (request, reply) => {
    switch (request.headers['x-amz-target']?.toString()) {
      case 'Logs_20140328.FilterLogEvents':
        return api.serve(logs, request, reply);
      case 'GraniteServiceVersion20100801.GetMetricData':
        return api.serve(data, request, reply);
      default:
        return api.serve(unknown, request, reply);
    }
  });
}

const unknown: Operation<unknown> = {
  name: 'unknown',
  protocol: 'json',
  input: z.unknown(),
  answer: () => {
    throw new ApiError('UnknownOperationException', 'the emulator does not have this operation');
  },
};
