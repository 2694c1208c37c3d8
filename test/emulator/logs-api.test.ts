/** The function's log and configuration, as the pinned SDK clients read them. */
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  type FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, it, onTestFinished } from 'vitest';
import type { Emulator } from '../../src/emulator/start.ts';
import { emulator, invoke, marks, node } from './harness.ts';

const settings = ({ invokeEndpoint }: Emulator) => ({
  endpoint: invokeEndpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  maxAttempts: 1,
});

function logs(lambda: Emulator) {
  const client = new CloudWatchLogsClient(settings(lambda));
  onTestFinished(() => client.destroy());
  return (input: Partial<FilterLogEventsCommandInput> = {}) =>
    client.send(new FilterLogEventsCommand({ logGroupName: '/aws/lambda/fn', ...input }));
}

function functions(lambda: Emulator): LambdaClient {
  const client = new LambdaClient(settings(lambda));
  onTestFinished(() => client.destroy());
  return client;
}

const textsOf = ({ events = [] }: FilterLogEventsCommandOutput) => events.map(({ message }) => message!);

it('finds REPORT lines by their words, in pages, and no line twice', async () => {
  const lambda = await emulator();
  const filter = logs(lambda);
  for (let i = 0; i < 7; i += 1) await invoke(lambda, {});
  const reports = textsOf(await filter({ filterPattern: '"REPORT RequestId"' }));
  expect(reports).toHaveLength(7);
  // The trace stands in the same event.
  for (const text of reports) expect(text).toMatch(/^REPORT RequestId: .*\n?XRAY TraceId: /s);
  expect(textsOf(await filter({ filterPattern: '?START ?END' }))).toHaveLength(14);
  expect(textsOf(await filter({ filterPattern: 'RequestId -REPORT' }))).toHaveLength(14);
  const paged: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await filter({ filterPattern: 'REPORT', limit: 3, ...(nextToken && { nextToken }) });
    paged.push(...textsOf(page));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  expect(paged).toEqual(reports);
});

it('finds lines by time and stream, with when they were written', async () => {
  const lambda = await emulator();
  const filter = logs(lambda);
  await invoke(lambda, {});
  const between = Date.now() + 1;
  await new Promise(resolve => setTimeout(resolve, 10));
  await invoke(lambda, {});
  expect(textsOf(await filter({ startTime: between, filterPattern: 'REPORT' }))).toHaveLength(1);
  expect(textsOf(await filter({ endTime: between, filterPattern: 'REPORT' }))).toHaveLength(1);
  const { events = [] } = await filter();
  const [first] = events;
  expect(first!.logStreamName).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
  expect(Math.abs(first!.timestamp! - Date.now())).toBeLessThan(10_000);
  expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length);
  expect((await filter({ logStreamNames: [first!.logStreamName!] })).events).toHaveLength(events.length);
  expect((await filter({ logStreamNames: ['other'] })).events).toEqual([]);
});

it('knows no other log group, and no pattern that it would read wrongly', async () => {
  const filter = logs(await emulator());
  await expect(filter({ logGroupName: '/aws/lambda/other' })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  for (const filterPattern of ['{ $.type = "platform.report" }', '%REPORT%', '[a, b]', '"open']) {
    await expect(filter({ filterPattern })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  }
});

it('writes JSON when it is told to, the parts of a call with DEBUG', async () => {
  const lambda = await emulator({
    logFormat: 'json',
    systemLogLevel: 'DEBUG',
    bootstrap: node('slow-init.mjs'),
    env: { INIT_MS: '100', MARKS: marks() },
  });
  await invoke(lambda, { sleepMs: 30 });
  const { log } = await invoke(lambda, {});
  const events = textsOf(await logs(lambda)())
    .filter(text => text.startsWith('{'))
    .map(text => JSON.parse(text));
  expect(events.map(({ type }) => type)).toEqual([
    ...['initStart', 'initRuntimeDone', 'initReport'].map(type => `platform.${type}`),
    ...['start', 'runtimeDone', 'report', 'start', 'runtimeDone', 'report'].map(type => `platform.${type}`),
  ]);
  const [cold, warm] = events.filter(({ type }) => type === 'platform.report').map(({ record }) => record);
  expect(cold.metrics).toMatchObject({ memorySizeMB: 1024, maxMemoryUsedMB: expect.any(Number) });
  expect(cold.metrics.initDurationMs).toBeGreaterThan(100);
  expect(cold.metrics.billedDurationMs).toBeGreaterThanOrEqual(130);
  expect(warm.metrics.initDurationMs).toBeUndefined();
  expect(cold.tracing.value).toMatch(/^Root=1-.*;Parent=[0-9a-f]{16};Sampled=1$/);
  const [done] = events.filter(({ type }) => type === 'platform.runtimeDone').map(({ record }) => record);
  expect(done.spans.map(({ name }: { name: string }) => name)).toEqual([
    'responseLatency',
    'responseDuration',
    'runtimeOverhead',
  ]);
  expect(done.spans[0].durationMs).toBeGreaterThanOrEqual(30);
  expect(log).toContain(`"requestId":"${warm.requestId}"`);
  expect(log).not.toContain('REPORT RequestId');
});

it('leaves out of JSON what is below its level', async () => {
  const lambda = await emulator({ logFormat: 'json' });
  await invoke(lambda, {});
  await invoke(lambda, { exit: 3 });
  const types = textsOf(await logs(lambda)({ filterPattern: 'platform.' })).map(text => JSON.parse(text).type.slice(9));
  expect(types).toEqual(['start', 'report', 'start', 'runtimeDone', 'report']);
});

it('tells its configuration', async () => {
  const lambda = await emulator({ tracing: 'PassThrough', timeoutMs: 2_000 });
  const client = functions(lambda);
  expect(await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'fn' }))).toMatchObject({
    FunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:fn',
    MemorySize: 1024,
    Timeout: 2,
    TracingConfig: { Mode: 'PassThrough' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/fn' },
  });
  await expect(client.send(new GetFunctionConfigurationCommand({ FunctionName: 'other' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

it('is invoked by the client, with its log', async () => {
  const lambda = await emulator();
  const command = new InvokeCommand({ FunctionName: 'fn', LogType: 'Tail', Payload: Buffer.from('{"answer": 7}') });
  const { Payload, LogResult, StatusCode } = await functions(lambda).send(command);
  expect([StatusCode, Buffer.from(Payload!).toString()]).toEqual([200, '7']);
  expect(Buffer.from(LogResult!, 'base64').toString()).toContain('REPORT RequestId');
});
