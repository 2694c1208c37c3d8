/** X-Ray's API, as far as somebody who looks for traces needs it. Source: X-Ray API reference; what the live service refuses beyond it, as its users report. */
import { z } from 'zod';
import { ApiError, type AwsApi, type Operation } from './aws-api.ts';
import { type EmulatorConfig, functionArn } from './config.ts';
import type { Routes } from './server.ts';
import { matches, parseTraceFilter } from './trace-filter.ts';
import type { StoredTrace, TraceStore } from './trace-store.ts';

const MOST_IDS = 5;
const SUMMARIES_A_PAGE = 100;

export function addXrayRoutes(routes: Routes, api: AwsApi, config: EmulatorConfig, traces: TraceStore): void {
  const add = <Input>(path: string, operation: Omit<Operation<Input>, 'protocol'>) =>
    routes.post(path, (request, reply) => api.serve({ ...operation, protocol: 'rest' }, request, reply));
  const elsewhere = config.traceDestination !== 'XRay';

  add('/Traces', {
    name: 'xray:BatchGetTraces',
    input: z.object({ TraceIds: z.array(z.string().max(35)), NextToken: z.string().optional() }),
    answer: ({ TraceIds, NextToken }) => {
      if (TraceIds.length > MOST_IDS) {
        throw new ApiError('InvalidRequestException', `exceeding maximum query size: ${MOST_IDS}`);
      }
      if (NextToken !== undefined) throw new ApiError('InvalidRequestException', 'NextToken is not supported');
      const found = elsewhere ? [] : TraceIds.map(id => traces.find(id)).filter(trace => trace !== undefined);
      return { Traces: found.map(traceOf), UnprocessedTraceIds: [] };
    },
  });
  add('/TraceSummaries', {
    name: 'xray:GetTraceSummaries',
    input: z.object({
      StartTime: z.number(),
      EndTime: z.number(),
      FilterExpression: z.string().optional(),
      NextToken: z.string().optional(),
    }),
    answer: ({ StartTime, EndTime, FilterExpression = '', NextToken = '0' }) => {
      if (EndTime < StartTime) throw new ApiError('InvalidRequestException', 'EndTime is before StartTime');
      const filter = parseTraceFilter(FilterExpression);
      if (filter === undefined) throw new ApiError('InvalidRequestException', 'Invalid filter expression');
      const all = elsewhere || !matches(filter, config) ? [] : traces.between(StartTime * 1e3, EndTime * 1e3);
      const from = Number(NextToken);
      if (!Number.isInteger(from) || from < 0) throw new ApiError('InvalidRequestException', 'Invalid NextToken');
      const page = all.slice(from, from + SUMMARIES_A_PAGE);
      return {
        TraceSummaries: page.map(trace => summaryOf(trace, config)),
        ApproximateTime: StartTime,
        TracesProcessedCount: page.length,
        ...(from + page.length < all.length && { NextToken: String(from + page.length) }),
      };
    },
  });
  add('/GetTraceSegmentDestination', {
    name: 'xray:GetTraceSegmentDestination',
    input: z.object({}),
    answer: () => ({ Destination: config.traceDestination, Status: 'ACTIVE' }),
  });
}

function traceOf({ root, startEpochMs, endEpochMs, segments }: StoredTrace): object {
  return {
    Id: root,
    Duration: (endEpochMs - startEpochMs) / 1e3,
    LimitExceeded: false,
    Segments: segments.map(({ id, document }) => ({ Id: id, Document: document })),
  };
}

function summaryOf({ root, startEpochMs, endEpochMs, hasFault, hasThrottle }: StoredTrace, config: EmulatorConfig) {
  const name = config.functionName;
  const service = (Type: string) => ({ Name: name, Names: [name], AccountId: config.accountId, Type });
  return {
    Id: root,
    StartTime: startEpochMs / 1e3,
    Duration: (endEpochMs - startEpochMs) / 1e3,
    ResponseTime: (endEpochMs - startEpochMs) / 1e3,
    HasFault: hasFault,
    HasError: hasThrottle,
    HasThrottle: hasThrottle,
    IsPartial: false,
    ResourceARNs: [{ ARN: functionArn(config) }],
    ServiceIds: [service('AWS::Lambda'), service('AWS::Lambda::Function')],
  };
}
