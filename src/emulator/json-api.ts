/** The services that are asked at one path: CloudWatch Logs and CloudWatch name the operation in a header, CloudFormation and STS in a form. */
import { z } from 'zod';
import { ApiError, type AwsApi, type Operation } from './aws-api.ts';
import type { EmulatorConfig } from './config.ts';
import type { FunctionLog } from './log.ts';
import { filterLogEvents } from './logs-api.ts';
import type { MetricStore } from './metric-store.ts';
import { getMetricData } from './metrics-api.ts';
import { queryInput } from './query-protocol.ts';
import { type Reply, type Request, type Routes, readBody } from './server.ts';
import { type Addresses, describeStacks, getCallerIdentity } from './stack-api.ts';

interface Sources {
  readonly log: FunctionLog;
  readonly metrics: MetricStore;
  readonly addresses: () => Addresses | undefined;
}

export function addJsonRoutes(routes: Routes, api: AwsApi, config: EmulatorConfig, sources: Sources): void {
  const logs = filterLogEvents(config, sources.log);
  const data = getMetricData(sources.metrics);
  const [stacks, identity] = [describeStacks(config, sources.addresses), getCallerIdentity(config)];
  // What is asked for stands in the body.
  const serveQuery = async (request: Request, reply: Reply): Promise<Reply> => {
    const body = await readBody(request.raw, FORM_LIMIT);
    const { Action } = typeof body === 'string' ? {} : queryInput(body);
    const read = Promise.resolve(body);
    if (Action === 'DescribeStacks') return api.serve(stacks, request, reply, read);
    if (Action === 'GetCallerIdentity') return api.serve(identity, request, reply, read);
    return api.serve({ ...unknown, protocol: 'query' }, request, reply, read);
  };
  routes.post('/', (request, reply) => {
    const target = request.headers['x-amz-target']?.toString();
    if (target === undefined) return serveQuery(request, reply);
    switch (target) {
      case 'Logs_20140328.FilterLogEvents':
        return api.serve(logs, request, reply);
      case 'GraniteServiceVersion20100801.GetMetricData':
        return api.serve(data, request, reply);
      default:
        return api.serve(unknown, request, reply);
    }
  });
}

/** More than any of these operations takes. */
const FORM_LIMIT = 64 * 1024;

const unknown: Operation<unknown> = {
  name: 'unknown',
  protocol: 'json',
  input: z.unknown(),
  answer: () => {
    throw new ApiError('UnknownOperationException', 'the emulator does not have this operation');
  },
};
