/** Traces of the emulator's calls, as the pinned SDK client reads them. */
import {
  BatchGetTracesCommand,
  GetTraceSegmentDestinationCommand,
  GetTraceSummariesCommand,
  XRayClient,
} from '@aws-sdk/client-xray';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { EmulatorOptions } from '../../src/emulator/config.ts';
import type { Emulator } from '../../src/emulator/start.ts';
import { emulator, invoke, invokeUrl, marks, node, post, until } from './harness.ts';

const CREDENTIALS = { accessKeyId: 'x', secretAccessKey: 'x' };

function client({ invokeEndpoint }: Emulator): XRayClient {
  const made = new XRayClient({
    endpoint: invokeEndpoint,
    region: 'us-east-1',
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
  onTestFinished(() => made.destroy());
  return made;
}

interface Part {
  readonly id: string;
  readonly name: string;
  readonly start_time: number;
  readonly end_time: number;
}
interface Segment extends Part {
  readonly trace_id: string;
  readonly origin: string;
  readonly parent_id?: string;
  readonly fault?: boolean;
  readonly throttle?: boolean;
  readonly aws?: { readonly request_id?: string };
  readonly http?: { readonly response: { readonly status: number } };
  readonly annotations?: Readonly<Record<string, number>>;
  readonly subsegments?: readonly Part[];
}

const rootOf = (response: Response) => /root=(1-[^;]+)/.exec(response.headers.get('x-amzn-trace-id') ?? '')![1]!;

async function segmentsOf(xray: XRayClient, root: string): Promise<Segment[]> {
  const { Traces = [] } = await xray.send(new BatchGetTracesCommand({ TraceIds: [root] }));
  return (Traces[0]?.Segments ?? []).map(({ Document }) => JSON.parse(Document!) as Segment);
}

/** Both segments of a call through Invoke, the service's first. */
async function traced(lambda: Emulator, order: object, headers: Record<string, string> = {}) {
  const response = await post(invokeUrl(lambda), order, headers);
  const segments = await until(async () => {
    const found = await segmentsOf(client(lambda), rootOf(response));
    return found.length === 2 && found;
  });
  const of = (origin: string) => segments.find(segment => segment.origin === origin)!;
  return { response, service: of('AWS::Lambda'), fn: of('AWS::Lambda::Function') };
}

const child = (segment: Segment, name: string) => segment.subsegments?.find(part => part.name === name);
const lengthMs = ({ start_time, end_time }: Part) => (end_time - start_time) * 1e3;
const MS = 0.001;

it.each(['old', 'new'] as const)(
  'shows a cold and a warm call in the %s layout, each part within the other',
  async traceLayout => {
    const lambda = await emulator({
      traceLayout,
      bootstrap: node('slow-init.mjs'),
      env: { INIT_MS: '300', MARKS: marks() },
    });
    const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    const cold = await traced(lambda, { sleepMs: 50 }, { 'x-amzn-trace-id': header });
    const warm = await traced(lambda, {});
    expect(cold.service).toMatchObject({
      name: 'fn',
      parent_id: '53995c3f42cd8ad8',
      http: { response: { status: 200 } },
    });
    expect(cold.service.trace_id).toBe('1-5759e988-bd862e3fe1be46a994272793');
    expect(warm.service.parent_id).toBeUndefined();
    for (const { service, fn, response } of [cold, warm]) {
      expect(service.aws?.request_id).toBe(response.headers.get('x-amzn-requestid'));
      expect(fn.parent_id).toBe(service.id);
      expect(Number.isInteger(Math.round(service.start_time * 1e6) / 1e3)).toBe(true);
      expect(fn.start_time).toBeGreaterThanOrEqual(service.start_time - MS);
      const overhead = child(fn, 'Overhead')!;
      expect(overhead.end_time).toBeCloseTo(fn.end_time, 5);
      expect(overhead.start_time).toBeLessThanOrEqual(service.end_time + MS);
    }
    const name = traceLayout === 'old' ? 'Initialization' : 'Init';
    const init = child(cold.fn, name)!;
    expect(child(warm.fn, name)).toBeUndefined();
    expect(lengthMs(init)).toBeGreaterThan(300);
    // Before the function's own time, and within the service's.
    expect(init.end_time).toBeLessThanOrEqual(cold.fn.start_time + MS);
    expect(init.start_time).toBeGreaterThanOrEqual(cold.service.start_time - MS);
    if (traceLayout === 'old') {
      const invocation = child(cold.fn, 'Invocation')!;
      expect(lengthMs(invocation)).toBeGreaterThanOrEqual(50);
      expect(invocation.end_time).toBeCloseTo(child(cold.fn, 'Overhead')!.start_time, 5);
      expect(cold.fn.annotations).toBeUndefined();
    } else {
      expect(child(cold.fn, 'Invocation')).toBeUndefined();
      expect(cold.fn.annotations!['aws:responseLatency']).toBeGreaterThanOrEqual(50);
      expect(cold.fn.annotations!['aws:runtimeOverhead']).toBeCloseTo(lengthMs(child(cold.fn, 'Overhead')!), 2);
    }
  },
);

it('has an init that was made ahead of the call before the service segment', async () => {
  const lambda = await emulator({ proactive: 1 });
  const { service, fn } = await traced(lambda, {});
  expect(child(fn, 'Initialization')!.end_time).toBeLessThan(service.start_time);
});

it('says that a function failed, and what became of a call that it ended in', async () => {
  const lambda = await emulator();
  const thrown = await traced(lambda, { throw: 'no' });
  expect([thrown.fn.fault, thrown.service.fault]).toEqual([true, undefined]);
  expect(child(thrown.fn, 'Overhead')).toBeDefined();
  const ended = await traced(lambda, { exit: 1 });
  expect(ended.fn.fault).toBe(true);
  expect(child(ended.fn, 'Overhead')).toBeUndefined();
  expect(child(ended.fn, 'Invocation')!.end_time).toBeCloseTo(ended.fn.end_time, 5);
  // The next call initialises the environment inside itself.
  const next = await traced(lambda, {});
  const [init, invocation] = [child(next.fn, 'Initialization')!, child(next.fn, 'Invocation')!];
  expect(init.start_time).toBeGreaterThanOrEqual(next.fn.start_time - MS);
  expect(init.end_time).toBeCloseTo(invocation.start_time, 4);
});

it('has one segment of a throttled call', async () => {
  const lambda = await emulator({ concurrency: 1 });
  const [first, second] = await Promise.all([
    post(invokeUrl(lambda), { sleepMs: 300 }),
    post(invokeUrl(lambda), { sleepMs: 300 }),
  ]);
  const refused = first.status === 429 ? first : second;
  expect(refused.status).toBe(429);
  // Invoke says nothing of the trace of a call that it refuses; the summaries know it.
  const { TraceSummaries = [] } = await client(lambda).send(
    new GetTraceSummariesCommand({ StartTime: new Date(Date.now() - 10_000), EndTime: new Date() }),
  );
  const throttled = TraceSummaries.filter(({ HasThrottle }) => HasThrottle);
  expect(throttled).toHaveLength(1);
  const [segment, ...others] = await segmentsOf(client(lambda), throttled[0]!.Id!);
  expect(others).toEqual([]);
  expect(segment).toMatchObject({ origin: 'AWS::Lambda', throttle: true, http: { response: { status: 429 } } });
});

it('shows how long an event waited', async () => {
  const lambda = await emulator({ concurrency: 1 });
  const response = await post(invokeUrl(lambda), {}, { 'x-amz-invocation-type': 'Event' });
  const segments = await until(async () => {
    const found = await segmentsOf(client(lambda), rootOf(response));
    return found.length === 2 && found;
  });
  const service = segments.find(({ origin }) => origin === 'AWS::Lambda')!;
  expect(service.http).toEqual({ response: { status: 202 } });
  expect(service.subsegments!.map(({ name }) => name)).toEqual(['Dwell Time', 'Attempt #1']);
});

describe('sampling', () => {
  const sampledOf = async (lambda: Emulator, asked?: string) => {
    const headers: Record<string, string> = asked === undefined ? {} : { 'x-amzn-trace-id': `Sampled=${asked}` };
    const response = await post(lambda.functionUrl, {}, headers);
    await response.text();
    return response.headers.get('x-amzn-trace-id')!.slice(-1);
  };

  it('obeys a client, and takes all where no client decides', async () => {
    const lambda = await emulator();
    expect([await sampledOf(lambda), await sampledOf(lambda, '1'), await sampledOf(lambda, '0')]).toEqual([
      '1',
      '1',
      '0',
    ]);
  });

  it('takes the first of a second and a twentieth of the others, as Lambda does', async () => {
    const lambda = await emulator({ sampling: 'lambda' });
    const told: string[] = [];
    for (let i = 0; i < 60; i += 1) told.push(await sampledOf(lambda));
    const taken = told.filter(sampled => sampled === '1').length;
    expect(told[0]).toBe('1');
    expect(taken).toBeLessThan(30);
    expect(await sampledOf(lambda, '1')).toBe('1');
  });

  it.each([{ sampling: 'none' }, { tracing: 'PassThrough' }] satisfies Partial<EmulatorOptions>[])(
    'leaves no trace with %j, whoever asks',
    async more => {
      const lambda = await emulator(more);
      expect(await sampledOf(lambda, '1')).toBe('0');
      const { TraceSummaries } = await client(lambda).send(
        new GetTraceSummariesCommand({ StartTime: new Date(Date.now() - 60_000), EndTime: new Date() }),
      );
      expect(TraceSummaries).toEqual([]);
      const { log } = await invoke(lambda, {});
      expect(log).not.toContain('XRAY');
    },
  );
});

it('is late when it is told to be, and the function later still', async () => {
  const lambda = await emulator({ traceDelayMs: 700, tracePartial: 'late' });
  const xray = client(lambda);
  const response = await post(invokeUrl(lambda), {});
  const root = rootOf(response);
  expect(await segmentsOf(xray, root)).toEqual([]);
  const first = await until(async () => {
    const found = await segmentsOf(xray, root);
    return found.length > 0 && found;
  });
  expect(first.map(({ origin }) => origin)).toEqual(['AWS::Lambda']);
  await until(async () => (await segmentsOf(xray, root)).length === 2);
});

describe('the API', () => {
  it('takes five ids at once, no token, and passes over ids that it does not know', async () => {
    const lambda = await emulator();
    const xray = client(lambda);
    const roots: string[] = [];
    for (let i = 0; i < 6; i += 1) roots.push(rootOf(await post(invokeUrl(lambda), {})));
    const ask = (TraceIds: string[], NextToken?: string) =>
      xray.send(new BatchGetTracesCommand({ TraceIds, ...(NextToken && { NextToken }) }));
    const five = await until(async () => {
      const { Traces = [] } = await ask(roots.slice(0, 5));
      return Traces.length === 5 && Traces;
    });
    expect(five.map(({ Id }) => Id).sort()).toEqual(roots.slice(0, 5).sort());
    await expect(ask(roots)).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(ask(roots.slice(0, 1), 'x')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    const unknown = await ask(['1-00000000-000000000000000000000000']);
    expect([unknown.Traces, unknown.UnprocessedTraceIds]).toEqual([[], []]);
  });

  it('finds summaries by time and function, a page at a time', async () => {
    const lambda = await emulator();
    const xray = client(lambda);
    const from = new Date();
    for (let i = 0; i < 120; i += 1) await post(invokeUrl(lambda), {});
    const all = async (FilterExpression: string, EndTime = new Date(Date.now() + 1_000)) => {
      const ids: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = await xray.send(
          new GetTraceSummariesCommand({ StartTime: from, EndTime, FilterExpression, ...(NextToken && { NextToken }) }),
        );
        expect(page.TraceSummaries!.length).toBeLessThanOrEqual(100);
        ids.push(...page.TraceSummaries!.map(({ Id }) => Id!));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return ids;
    };
    // The last trace is there once its environment has asked for more, which is after its answer.
    await vi.waitFor(
      async () => expect(new Set(await all('resource.arn ENDSWITH ":function:fn"')).size).toBe(120),
      5_000,
    );
    expect(await all('service("fn") AND resource.arn CONTAINS "lambda"')).toHaveLength(120);
    expect(await all('resource.arn ENDSWITH ":function:other"')).toEqual([]);
    expect(await all('', from)).toEqual([]);
    await expect(all('duration > 5')).rejects.toMatchObject({ name: 'InvalidRequestException' });
  }, 20_000);

  it('says where traces go, and has none of those that go elsewhere', async () => {
    const xray = client(await emulator());
    expect(await xray.send(new GetTraceSegmentDestinationCommand({}))).toMatchObject({
      Destination: 'XRay',
      Status: 'ACTIVE',
    });
    const other = await emulator({ traceDestination: 'CloudWatchLogs' });
    const root = rootOf(await post(invokeUrl(other), {}));
    await invoke(other, {});
    expect(await segmentsOf(client(other), root)).toEqual([]);
    expect(await client(other).send(new GetTraceSegmentDestinationCommand({}))).toMatchObject({
      Destination: 'CloudWatchLogs',
    });
  });

  it.each([
    ['denied', 'AccessDeniedException'],
    ['expired', 'ExpiredTokenException'],
    ['throttled', 'ThrottledException'],
    ['down', 'ServiceUnavailableException'],
  ] as const)('goes wrong as it is told: %s', async (fault, name) => {
    const lambda = await emulator({ apiFaults: [{ operation: 'xray:BatchGetTraces', fault, times: 1 }] });
    const xray = client(lambda);
    const ask = () => xray.send(new BatchGetTracesCommand({ TraceIds: ['1-00000000-000000000000000000000000'] }));
    await expect(ask()).rejects.toMatchObject({ name });
    expect((await ask()).Traces).toEqual([]);
    expect((await post(invokeUrl(lambda), {})).status).toBe(200);
  });
});
