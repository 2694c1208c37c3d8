/** Invoke as it is signed here, checked by a second reading of Signature Version 4; and what the Lambda API says of a function. */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { AwsFailure } from '../../src/aws/aws-failure.ts';
import { LambdaApi } from '../../src/aws/lambda-client.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import { LambdaRunner } from '../../src/runners/lambda.ts';
import { loadImages } from '../../src/runs/load-images.ts';
import { OUR_ANSWER } from '../runners/fault-server.ts';

const never = new AbortController().signal;
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const before = { ...process.env };
beforeEach(() => {
  const own = Object.fromEntries(Object.entries(before).filter(([name]) => !name.startsWith('AWS_')));
  process.env = { ...own, HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' };
});
afterEach(() => {
  process.env = before;
});

interface Received {
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

/** Answers each Invoke with our contract's answer, and the configuration with what is given. */
async function lambdaServer(configuration: object | undefined) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.setHeader('content-type', 'application/json');
    if (request.method === 'GET') {
      if (configuration === undefined) response.writeHead(403, { 'x-amzn-errortype': 'AccessDeniedException' });
      response.end(JSON.stringify(configuration ?? { message: 'no' }));
      return;
    }
    received.push({ request, body: Buffer.concat(chunks) });
    response.setHeader('x-amzn-requestid', '00000000-0000-4000-8000-000000000000');
    response.end(JSON.stringify({ statusCode: 200, body: JSON.stringify(OUR_ANSWER) }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

async function runnerFor(functionName: string, evidence?: ConstructorParameters<typeof LambdaRunner>[0]['evidence']) {
  const images = await loadImages([join(import.meta.dirname, '../../fixtures/odd/1x1.png')]);
  const runner = new LambdaRunner({
    ...{ invoke: { functionName, access: {} }, timeoutMs: 10_000, connection: 'keep', images },
    ...(evidence && { evidence }),
  });
  onTestFinished(() => runner.stop());
  return { runner, image: images[0]! };
}

const hex = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();

/** Source: IAM user guide, "Create a signed AWS API request". */
function signatureOf({ request, body }: Received, secret: string): string {
  const [, day = '', region = '', signed = ''] =
    /Credential=[^/]+\/(\d{8})\/([^/]+)\/lambda\/aws4_request, SignedHeaders=([^,]+),/.exec(
      request.headers.authorization!,
    ) ?? [];
  const names = signed.split(';');
  const path = request.url!.split('/').map(encodeURIComponent).join('/');
  const headers = names.map(name => `${name}:${String(request.headers[name]).trim()}\n`).join('');
  const canonical = ['POST', path, '', headers, signed, hex(body)].join('\n');
  const scope = `${day}/${region}/lambda/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, hex(canonical)].join('\n');
  const key = ['lambda', 'aws4_request'].reduce<Buffer>(
    (k, part) => hmac(k, part),
    hmac(hmac(`AWS4${secret}`, day), region),
  );
  return hmac(key, toSign).toString('hex');
}

describe('an invocation', () => {
  it.each(['fn', 'arn:aws:lambda:eu-west-1:123456789012:function:fn:live'])(
    'of %s is signed as AWS checks it',
    async name => {
      const { url, received } = await lambdaServer({ FunctionName: 'fn', MemorySize: 512 });
      Object.assign(process.env, { AWS_ENDPOINT_URL: url, AWS_REGION: 'eu-west-1' });
      Object.assign(process.env, {
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: SECRET,
        AWS_SESSION_TOKEN: 'session',
      });
      const { runner, image } = await runnerFor(name);
      expect(await runner.start(never)).toMatchObject({ functionName: 'fn', memoryMb: 512, region: 'eu-west-1' });
      await runner.infer(image, never);
      await runner.infer(image, never);
      expect(received).toHaveLength(2);
      for (const one of received) {
        const { headers, url: path } = one.request;
        expect(path).toBe(`/2015-03-31/functions/${encodeURIComponent(name)}/invocations`);
        expect(headers.authorization).toContain('Credential=AKIDEXAMPLE/');
        expect(headers.authorization).toMatch(
          /SignedHeaders=[^,]*host;x-amz-content-sha256;x-amz-date;x-amz-log-type;x-amz-security-token/,
        );
        expect(headers.authorization!.split('Signature=')[1]).toBe(signatureOf(one, SECRET));
        expect(headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=1$/);
        const event = JSON.parse(one.body.toString());
        expect(event).toMatchObject({ version: '2.0', isBase64Encoded: false });
        expect(Buffer.from(JSON.parse(event.body).image, 'base64').equals(Buffer.from(image.bytes))).toBe(true);
      }
    },
  );

  it('takes what Lambda says of a function that may not be looked at as unknown, with one warning', async () => {
    const { url } = await lambdaServer(undefined);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
    });
    const { runner, image } = await runnerFor('fn');
    expect(await runner.start(never)).not.toHaveProperty('memoryMb');
    await runner.infer(image, never);
    expect((await runner.warnings()).map(({ code }) => code)).toEqual(['configuration-denied']);
  });

  it('of a function that does not trace leaves no trace to look for', async () => {
    const emulator = await startEmulator(
      {
        ...{
          functionName: 'fn',
          memoryMb: 1024,
          timeoutMs: 10_000,
          concurrency: 1,
          idleTimeoutMs: 60_000,
          tracing: 'PassThrough',
        },
        ...{ bootstrap: [process.execPath, 'echo.mjs'], taskRoot: join(import.meta.dirname, '../emulator/bootstraps') },
      },
      never,
    );
    onTestFinished(() => emulator.stop());
    Object.assign(process.env, { AWS_ENDPOINT_URL: emulator.invokeEndpoint, AWS_REGION: 'us-east-1' });
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' });
    const pace = { intervalMs: 50, lastIntervalMs: 50, patienceMs: 60_000 };
    const { runner } = await runnerFor('fn', {
      access: {},
      traces: true,
      logs: false,
      attempts: 1,
      confirm: false,
      pace,
    });
    await runner.start(never);
    async function* one() {
      yield { seq: 0, ok: true, issuedAtMs: Date.now(), completedAtMs: Date.now() };
    }
    for await (const found of runner.evidence!(one(), never)) expect(found).toBeUndefined();
    expect((await runner.warnings()).map(({ code }) => code)).toEqual(['no-active-tracing']);
  });
});

it('a function that is not there, and an endpoint where nobody listens, are failures of their kinds', async () => {
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  });
  const api = await LambdaApi.open({});
  onTestFinished(() => api.close());
  await expect(api.configuration('fn', never)).rejects.toBeInstanceOf(AwsFailure);
  await expect(api.configuration('fn', never)).rejects.toMatchObject({
    kind: 'unavailable',
    operation: 'lambda:GetFunctionConfiguration',
  });
});
