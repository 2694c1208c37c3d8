import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { type Echo, emulator, invoke, invokeUrl, node, post, until } from './harness.ts';

it('refuses what a runtime should not do, each in its way', async () => {
  const lambda = await emulator({ bootstrap: node('probe.mjs') });
  expect((await invoke(lambda, { an: 'event' })).body).toBe('"done"');
  const line = await until(async () => (await lambda.logLines()).find(({ text }) => text.startsWith('SEEN')));
  expect(JSON.parse(line.text.slice(5))).toEqual({
    early: '403 InvalidStateTransition',
    length: '14',
    encoding: null,
    again: true,
    lateInitError: '403 InvalidStateTransition',
    wrongId: '400 InvalidRequestID',
    wrongAttempt: '400 InvalidInvocationId',
    wrongMode: '400 InvalidFunctionResponseMode',
    unknownPath: '404 NotFound',
    right: '202 OK',
    twice: '403 InvalidStateTransition',
    errorAfter: '403 InvalidStateTransition',
  });
});

it('takes nothing more of a runtime that has reported why it cannot start', async () => {
  const lambda = await emulator({ bootstrap: node('init-error-on.mjs') });
  const { body, error, log } = await invoke(lambda, {});
  expect([error, JSON.parse(body)]).toEqual(['Unhandled', { errorType: 'First', errorMessage: 'First' }]);
  // Once outside the call, once inside.
  expect(log.match(/^SEEN .*$/gm)).toEqual(['SEEN 202,403,403', 'SEEN 202,403,403']);
  expect(log.match(/Error Type: \S+/g)).toEqual(Array.from({ length: 3 }, () => 'Error Type: Runtime.First'));
});

it('tells a runtime when its time is up', async () => {
  const lambda = await emulator({ timeoutMs: 7_000 });
  const before = Date.now();
  const { headers } = (await (await post(invokeUrl(lambda), {})).json()) as Echo;
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  // Counted from when the environment has the call: its own initialisation comes before.
  expect(deadline).toBeGreaterThanOrEqual(before + 7_000);
  expect(deadline).toBeLessThanOrEqual(Date.now() + 7_000);
});

const hasPython = spawnSync('python3', ['--version']).status === 0;

it.skipIf(!hasPython)('runs a program in Python (skipped without python3)', async () => {
  const lambda = await emulator({ bootstrap: ['python3', 'echo.py'] });
  const call = async (event: object) => (await post(invokeUrl(lambda), event)).json();
  expect(await call({ n: 1 })).toMatchObject({ calls: 1, event: { n: 1 }, python: expect.stringMatching(/^3\./) });
  expect(await call({ raise: 'no' })).toEqual({ errorType: 'ValueError', errorMessage: 'no', stackTrace: [] });
  expect(await call({ n: 3 })).toMatchObject({ calls: 3 });
  expect((await lambda.environments()).counts.environmentsMade).toBe(1);
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;

it.skipIf(!hasCurl)('runs a bootstrap written in shell (skipped without curl)', async () => {
  const lambda = await emulator({ bootstrap: ['./shell.sh'] });
  const answers = [];
  for (const n of [1, 2]) answers.push(await (await post(invokeUrl(lambda), { n })).json());
  expect(answers).toEqual([{ n: 1 }, { n: 2 }]);
  expect((await lambda.environments()).counts.environmentsMade).toBe(1);
});
