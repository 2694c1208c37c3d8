import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/start.ts';
import { type Echo, invoke, invokeUrl, options, post, until } from './harness.ts';

let lambda: Emulator;
beforeAll(async () => {
  lambda = await startEmulator(options(), AbortSignal.timeout(20_000));
});
afterAll(() => lambda.stop());

const EXACT_REPORT =
  /^REPORT RequestId: [0-9a-f-]{36}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 1024 MB\tMax Memory Used: \d+ MB\t(Init Duration: \d+\.\d\d ms\t)?$/m;

it('answers the payload as it is, with its headers', async () => {
  const response = await post(invokeUrl(lambda), { answer: { statusCode: 200, body: 'x' } });
  expect([response.status, await response.json()]).toEqual([200, { statusCode: 200, body: 'x' }]);
  expect(response.headers.get('x-amz-executed-version')).toBe('$LATEST');
  expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  expect(response.headers.get('x-amz-log-result')).toBeNull();
  expect(response.headers.get('x-amz-function-error')).toBeNull();
});

it('ends the log tail with this call, field by field as AWS writes it', async () => {
  const { body, log } = await invoke(lambda, {});
  const id = (JSON.parse(body) as Echo).headers['lambda-runtime-aws-request-id'];
  const lines = log.split('\n');
  expect(lines.filter(line => line.includes(id!)).map(line => line.split(' ')[0])).toEqual(['START', 'END', 'REPORT']);
  expect(log.indexOf('echo call')).toBeGreaterThan(log.indexOf('START'));
  expect(log.indexOf('echo call')).toBeLessThan(log.indexOf('END'));
  const report = EXACT_REPORT.exec(log)![0];
  const [duration, billed] = [/\tDuration: ([\d.]+)/, /\tBilled Duration: (\d+)/].map(field =>
    Number(field.exec(report)![1]),
  );
  expect(billed).toBe(Math.ceil(duration!));
  expect(log).toMatch(/\t\nXRAY TraceId: 1-[0-9a-f]{8}-[0-9a-f]{24}\tSegmentId: [0-9a-f]{16}\tSampled: true\t\n$/);
});

it('passes an error of the function on', async () => {
  const { body, error, log } = await invoke(lambda, { throw: 'broken' });
  expect([error, JSON.parse(body)]).toEqual([
    'Unhandled',
    { errorMessage: 'broken', errorType: 'Error', stackTrace: [] },
  ]);
  expect(log).toMatch(EXACT_REPORT);
});

it('returns at once for Event, and the call is made', async () => {
  const response = await post(invokeUrl(lambda), { throw: 'an event' }, { 'x-amz-invocation-type': 'Event' });
  expect([response.status, await response.text()]).toEqual([202, '']);
  const id = response.headers.get('x-amzn-requestid');
  await until(async () => (await lambda.logLines()).some(({ text }) => text === `END RequestId: ${id}`));
});

it('calls nobody for DryRun', async () => {
  const { counts } = await lambda.environments();
  expect((await post(invokeUrl(lambda), {}, { 'x-amz-invocation-type': 'DryRun' })).status).toBe(204);
  expect((await lambda.environments()).counts).toEqual(counts);
});

it('hands on the client context', async () => {
  const context = Buffer.from('{"custom": {"a": "é"}}').toString('base64');
  const response = await post(invokeUrl(lambda), {}, { 'x-amz-client-context': context });
  const { headers } = (await response.json()) as Echo;
  expect(JSON.parse(headers['lambda-runtime-client-context']!)).toEqual({ custom: { a: 'é' } });
});

it.each([['fn'], ['arn:aws:lambda:us-east-1:123456789012:function:fn'], ['123456789012:function:fn'], ['fn:$LATEST']])(
  'knows itself as %s',
  async name => {
    expect((await post(invokeUrl(lambda, encodeURIComponent(name)), { answer: 1 })).status).toBe(200);
  },
);

it.each([['other'], ['arn:aws:lambda:eu-west-1:123456789012:function:fn'], ['fn:live']])(
  'does not know %s',
  async name => {
    const response = await post(invokeUrl(lambda, encodeURIComponent(name)), {});
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([404, 'ResourceNotFoundException']);
    expect(await response.json()).toMatchObject({
      Type: 'User',
      Message: expect.stringContaining('Function not found: arn:aws:lambda:'),
    });
  },
);

it('refuses what is not JSON, and takes nothing for an empty object', async () => {
  const broken = await fetch(invokeUrl(lambda), { method: 'POST', body: '{"a"' });
  expect([broken.status, broken.headers.get('x-amzn-errortype')]).toEqual([400, 'InvalidRequestContentException']);
  const empty = await fetch(invokeUrl(lambda), { method: 'POST' });
  expect(((await empty.json()) as Echo).event).toEqual({});
});

it('answers 404 to an operation it does not have', async () => {
  expect((await fetch(`${lambda.invokeEndpoint}/2015-03-31/functions`)).status).toBe(404);
});
