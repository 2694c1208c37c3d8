import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { SetupError } from '../../src/core/errors.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import { echo, emulator, options } from './harness.ts';

const signal = () => AbortSignal.timeout(20_000);

it('says where it is, and that it checks no signature', async () => {
  const lambda = await emulator();
  expect(lambda).toMatchObject({
    functionUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
    httpApiUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
    invokeEndpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    signature: 'not checked',
  });
  await lambda.stop();
  await lambda.exited;
});

it('takes the port it is given and the two after it', async () => {
  const port = 20_000 + (process.pid % 10_000);
  const lambda = await emulator({ port });
  expect([lambda.functionUrl, lambda.httpApiUrl, lambda.invokeEndpoint]).toEqual([
    `http://127.0.0.1:${port}/`,
    `http://127.0.0.1:${port + 1}/`,
    `http://127.0.0.1:${port + 2}`,
  ]);
});

it('throws a SetupError with the reason when it cannot start', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await new Promise(resolve => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  const failures = [
    [{ port }, `cannot listen on 127.0.0.1:${port}`],
    [{ taskRoot: '/no/such/folder' }, 'the task root is not a folder: /no/such/folder'],
    [{ memoryMb: 64 }, 'memoryMb'],
    [{ env: { AWS_LAMBDA_RUNTIME_API: 'x' } }, 'sets a variable that Lambda reserves'],
    [{ proactive: 9 }, 'proactive is more than concurrency'],
  ] as const;
  await Promise.all(
    failures.map(async ([more, message]) => {
      const failure = startEmulator(options(more), signal());
      await expect(failure).rejects.toThrow(SetupError);
      await expect(failure).rejects.toThrow(message);
    }),
  );
});

it('says which port it is that another emulator has', async () => {
  const { functionUrl } = await emulator();
  const port = Number(new URL(functionUrl).port);
  const failure = startEmulator(options({ port: port - 1 }), signal());
  await expect(failure).rejects.toThrow(SetupError);
  await expect(failure).rejects.toThrow(/^cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
});

it('gives up when it is told to', async () => {
  const controller = new AbortController();
  const starting = startEmulator(options(), controller.signal);
  controller.abort(new Error('enough'));
  await expect(starting).rejects.toThrow('enough');
});

it('gives the function its own variables and nothing of the user', async () => {
  process.env.AWS_PROFILE = 'mine';
  onTestFinished(() => void delete process.env.AWS_PROFILE);
  const lambda = await emulator({
    env: { MINE: 'yes', TZ: 'Europe/Berlin' },
    region: 'eu-central-1',
    handler: 'index.handler',
  });
  const { env } = await echo(lambda.functionUrl);
  expect(env).toMatchObject({
    MINE: 'yes',
    TZ: 'Europe/Berlin',
    _HANDLER: 'index.handler',
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_LAMBDA_FUNCTION_NAME: 'fn',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/fn',
    AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
    AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    AWS_SECRET_ACCESS_KEY: 'emulated',
  });
  expect(env).not.toHaveProperty('AWS_PROFILE');
  expect(env).not.toHaveProperty('HOME');
});
