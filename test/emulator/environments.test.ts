import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/start.ts';
import { alive, echo, emulator, invoke, invokeUrl, node, options, post, until } from './harness.ts';

describe('one emulator', () => {
  let lambda: Emulator;
  beforeAll(async () => {
    lambda = await startEmulator(options(), AbortSignal.timeout(20_000));
  });
  afterAll(() => lambda.stop());

  it('meets the first call cold and the next ones warm, by the flag and by REPORT', async () => {
    const calls = [];
    for (let i = 0; i < 5; i += 1) calls.push(await invoke(lambda, {}));
    expect(calls.map(({ body }) => JSON.parse(body).cold)).toEqual([true, false, false, false, false]);
    expect(calls.map(({ log }) => /\tInit Duration: \d+\.\d\d ms\t/.test(log))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    expect((await lambda.environments()).counts.environmentsMade).toBe(1);
  });

  it('reuses an environment that has answered but not yet asked for more', async () => {
    const first = await echo(lambda.functionUrl, { overheadMs: 50 });
    const second = await echo(lambda.functionUrl);
    expect(second).toMatchObject({ environment: first.environment, cold: false });
  });

  it('makes a second environment for a second call at once, and keeps both', async () => {
    const answers = await Promise.all([1, 2].map(() => echo(lambda.functionUrl, { sleepMs: 300 })));
    expect(new Set(answers.map(({ environment }) => environment)).size).toBe(2);
    const { environments, counts } = await lambda.environments();
    expect(environments).toHaveLength(2);
    expect(counts.environmentsMade).toBe(2);
  });

  it('meets a new environment after the old ones were killed from outside', async () => {
    const idle = await until(async () => {
      const { environments } = await lambda.environments();
      return environments.every(({ state }) => state === 'idle') ? environments : undefined;
    });
    for (const { pid } of idle) process.kill(pid!, 'SIGKILL');
    await until(async () => (await lambda.environments()).environments.length === 0);
    const { body, log } = await invoke(lambda, {});
    expect(JSON.parse(body).cold).toBe(true);
    expect(log).toContain('\tInit Duration: ');
  });

  it('ends one environment, or all idle ones, when told to', async () => {
    const { pid } = await echo(lambda.functionUrl);
    const idle = await until(async () =>
      (await lambda.environments()).environments.find(({ state }) => state === 'idle'),
    );
    expect(idle).toMatchObject({ pid, proactive: false, initFailed: false });
    expect(await lambda.endEnvironment(idle.id)).toBe(1);
    expect(await lambda.endEnvironment('nobody')).toBe(0);
    expect(alive([pid])).toEqual([]);
    expect((await echo(lambda.functionUrl)).cold).toBe(true);
    expect(await lambda.endIdleEnvironments()).toBe(1);
    expect((await echo(lambda.functionUrl)).cold).toBe(true);
  });

  it('answers a call whose environment is ended under it', async () => {
    // The call before may still be in its last millisecond.
    await lambda.endIdleEnvironments();
    const call = invoke(lambda, { sleepMs: 60_000 });
    await lambda.endEnvironment((await busyOne(lambda)).id);
    const { body, log } = await call;
    expect(JSON.parse(body)).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect(log).toMatch(/^END RequestId: .*\nREPORT RequestId: .*\tStatus: error\tError Type: Runtime\.ExitError\t$/m);
  });

  it('finishes a call whose client has gone, and serves the next', async () => {
    await lambda.endIdleEnvironments();
    const client = new AbortController();
    const call = fetch(lambda.functionUrl, {
      method: 'POST',
      body: JSON.stringify({ sleepMs: 300 }),
      headers: { 'content-type': 'application/json' },
      signal: client.signal,
    });
    const { pid } = await busyOne(lambda);
    client.abort();
    await expect(call).rejects.toThrow();
    expect((await lambda.environments()).environments[0]).toMatchObject({ pid, state: 'busy' });
    await until(async () => (await lambda.environments()).environments[0]?.state === 'idle');
    expect(await echo(lambda.functionUrl)).toMatchObject({ pid, cold: false });
  });

  it('waits for one that is stopped and goes on', async () => {
    const lambda = await emulator({ freeze: false });
    const { pid } = await echo(lambda.functionUrl);
    await idleOne(lambda);
    process.kill(-pid, 'SIGSTOP');
    const call = echo(lambda.functionUrl);
    await busyOne(lambda);
    process.kill(-pid, 'SIGCONT');
    expect(await call).toMatchObject({ pid, cold: false });
  });

  it('starts the program again inside the next call after a crash, without Init Duration', async () => {
    const before = JSON.parse((await invoke(lambda, {})).body);
    const crash = await invoke(lambda, { exit: 7 });
    expect(crash.error).toBe('Unhandled');
    expect(JSON.parse(crash.body)).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 7$/),
    });
    expect(crash.log).toMatch(/\tStatus: error\tError Type: Runtime\.ExitError\t/);
    const after = await invoke(lambda, {});
    const answer = JSON.parse(after.body);
    expect(answer.cold).toBe(true);
    expect(answer.env.AWS_LAMBDA_LOG_STREAM_NAME).toBe(before.env.AWS_LAMBDA_LOG_STREAM_NAME);
    expect(after.log).not.toContain('Init Duration');
  });
});

it('meets a cold start when the idle environment is killed the moment before', async () => {
  const lambda = await emulator({ concurrency: 1 });
  for (let i = 0; i < 10; i += 1) {
    const { pid } = await echo(lambda.functionUrl);
    await idleOne(lambda);
    process.kill(pid, 'SIGKILL');
    // Nobody has seen it die yet; the event must not be lost with it.
    expect((await echo(lambda.functionUrl)).cold).toBe(true);
  }
});

it('gives a runtime that dies over an unread event one more chance, not more', async () => {
  const lambda = await emulator({ bootstrap: node('exit-unread.mjs'), timeoutMs: 60_000 });
  const { body, log } = await invoke(lambda, { x: 'x'.repeat(4_000_000) });
  expect(JSON.parse(body)).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(log.match(/^starts$/gm)).toHaveLength(2);
});

it('runs no event twice of a runtime that makes a connection for each request', async () => {
  const lambda = await emulator({ bootstrap: node('close-each.mjs') });
  expect((await invoke(lambda, {})).body).toBe('"done"');
  const { body, log } = await invoke(lambda, {});
  expect(JSON.parse(body)).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(log.match(/^works on/gm)).toHaveLength(1);
});

it('takes the answer of a runtime that dies the moment it has given it', async () => {
  const BYTES = 6_000_000;
  const lambda = await emulator({ bootstrap: node('last-words.mjs'), env: { BYTES: String(BYTES) } });
  for (let i = 0; i < 12; i += 1) {
    const { body, error } = await invoke(lambda, {});
    expect([error, body.length]).toEqual([null, BYTES]);
  }
});

it('ends the children of a runtime with it', async () => {
  const lambda = await emulator({ bootstrap: ['/bin/sh', '-c', 'sleep 600 & exec "$0" echo.mjs', process.execPath] });
  const { pid } = await echo(lambda.functionUrl);
  expect(group(pid)).toHaveLength(2);
  await post(lambda.functionUrl, { exit: 1 });
  expect(group(pid)).toEqual([]);
  const again = await echo(lambda.functionUrl);
  expect(group(again.pid)).toHaveLength(2);
  await lambda.endIdleEnvironments();
  expect(group(again.pid)).toEqual([]);
});

it('replaces one that stays stopped, by way of the function timeout', async () => {
  const lambda = await emulator({ timeoutMs: 1_000, freeze: false });
  const { pid } = await echo(lambda.functionUrl);
  await idleOne(lambda);
  process.kill(-pid, 'SIGSTOP');
  expect((await post(lambda.functionUrl, {})).status).toBe(502);
  expect(alive([pid])).toEqual([]);
  expect((await echo(lambda.functionUrl)).cold).toBe(true);
});

it('loses no call to an environment that is reclaimed at that moment', async () => {
  const lambda = await emulator({ idleTimeoutMs: 20 });
  for (let i = 0; i < 25; i += 1) {
    expect((await post(invokeUrl(lambda), { answer: 1 })).status).toBe(200);
    await new Promise(resolve => setTimeout(resolve, 16 + (i % 5)));
  }
  expect((await lambda.environments()).counts).toMatchObject({ invocations: 25, throttles: 0 });
});

it('reclaims an idle environment, and the next call is cold', async () => {
  const lambda = await emulator({ idleTimeoutMs: 150 });
  const first = await echo(lambda.functionUrl);
  await until(() => alive([first.pid]).length === 0);
  const second = await echo(lambda.functionUrl);
  expect(second.cold).toBe(true);
  expect(second.environment).not.toBe(first.environment);
});

it('reclaims idle ones at random with a half-life, the last by the timeout', async () => {
  const lambda = await emulator({ proactive: 16, concurrency: 16, idleHalfLifeMs: 200, idleTimeoutMs: 1_500 });
  const left = async () => (await lambda.environments()).environments.length;
  const seen = new Set<number>();
  await until(async () => {
    seen.add(await left());
    return (await left()) === 0;
  }, 4_000);
  // One after another, not all at once.
  expect(seen.size).toBeGreaterThan(4);
});

it('ends an environment at once, with no signal that it could catch', async () => {
  const catcher = 'process.on("SIGTERM", () => console.log("caught")); import("./echo.mjs")';
  const lambda = await emulator({ bootstrap: [process.execPath, '-e', catcher], freeze: false });
  const { pid } = await echo(lambda.functionUrl);
  await lambda.endIdleEnvironments();
  expect(alive([pid])).toEqual([]);
  expect((await lambda.logLines()).map(({ text }) => text)).not.toContain('caught');
});

it('gives an environment no call beyond its age', async () => {
  const lambda = await emulator({ maxAgeMs: 700 });
  const first = await echo(lambda.functionUrl);
  expect((await echo(lambda.functionUrl)).environment).toBe(first.environment);
  await until(() => alive([first.pid]).length === 0);
  expect((await echo(lambda.functionUrl)).cold).toBe(true);
  // Busy beyond it: the call is finished, and was its last.
  const busy = await echo(lambda.functionUrl, { sleepMs: 900 });
  expect((await echo(lambda.functionUrl)).environment).not.toBe(busy.environment);
});

it('initialises ahead of any call, on demand all the same', async () => {
  const lambda = await emulator({ proactive: 1 });
  const [environment] = (await lambda.environments()).environments;
  expect(environment).toMatchObject({ state: 'idle', proactive: true, invocations: 0 });
  expect(environment!.initEndMs! - environment!.initStartMs!).toBeGreaterThan(0);
  const { body, log } = await invoke(lambda, {});
  expect(JSON.parse(body)).toMatchObject({
    cold: true,
    pid: environment!.pid,
    env: { AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' },
  });
  expect(log).toContain('\tInit Duration: ');
  expect((await lambda.environments()).environments[0]!.firstCallMs).toBeGreaterThan(environment!.initEndMs!);
});

it('throttles calls beyond the concurrency, at each door in its way, and counts them', async () => {
  const lambda = await emulator({ concurrency: 2 });
  const busy = [1, 2].map(() => echo(lambda.functionUrl, { sleepMs: 1_500 }));
  await until(
    async () => (await lambda.environments()).environments.filter(({ state }) => state === 'busy').length === 2,
  );
  const reason = {
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    Type: 'User',
    message: 'Rate Exceeded.',
  };
  const url = await post(lambda.functionUrl, {});
  expect([url.status, await url.json()]).toEqual([429, reason]);
  const api = await post(invokeUrl(lambda), {});
  expect([api.status, api.headers.get('x-amzn-errortype'), await api.json()]).toEqual([
    429,
    'TooManyRequestsException',
    reason,
  ]);
  const http = await post(lambda.httpApiUrl, {});
  expect([http.status, await http.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  await Promise.all(busy);
  expect((await lambda.environments()).counts).toEqual({ invocations: 2, throttles: 3, environmentsMade: 2 });
});

it('throttles as many of many calls at once as it says', async () => {
  const lambda = await emulator();
  const statuses = await Promise.all(
    Array.from({ length: 50 }, async () => (await post(lambda.functionUrl, { sleepMs: 1_000 })).status),
  );
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  const { counts, environments } = await lambda.environments();
  const throttles = statuses.filter(status => status === 429).length;
  expect(counts).toMatchObject({ invocations: 50 - throttles, throttles, environmentsMade: 4 });
  expect(environments).toHaveLength(4);
});

describe('initialisation that goes wrong', () => {
  it('repeats one that takes too long inside the first call, which then shows no Init Duration', async () => {
    const MARKS = mkdtempSync(join(tmpdir(), 'emulator-'));
    onTestFinished(() => rmSync(MARKS, { recursive: true }));
    const lambda = await emulator({
      bootstrap: node('slow-init.mjs'),
      initTimeoutMs: 400,
      env: { INIT_MS: '60000', MARKS },
    });
    const { body, log } = await invoke(lambda, {});
    expect(JSON.parse(body).cold).toBe(true);
    expect(log).toMatch(/^INIT_REPORT Init Duration: (399\.|4\d\d\.)\d+ ms\tPhase: init\tStatus: timeout$/m);
    expect(log.slice(log.indexOf('REPORT RequestId'))).not.toContain('Init Duration');
    expect((await lambda.environments()).environments[0]).toMatchObject({ initFailed: true, state: 'idle' });
  });

  it('answers a crash: twice tried, once outside and once inside the call', async () => {
    const lambda = await emulator({ bootstrap: node('init-crash.mjs') });
    const { body, error, log } = await invoke(lambda, {});
    expect([error, JSON.parse(body).errorType]).toEqual(['Unhandled', 'Runtime.ExitError']);
    expect(log.match(/^about to crash$/gm)).toHaveLength(2);
    expect(log).toMatch(/^INIT_REPORT .*\tPhase: init\tStatus: error\tError Type: Runtime\.ExitError$/m);
    expect(log).toMatch(/^INIT_REPORT .*\tPhase: invoke\tStatus: error\tError Type: Runtime\.ExitError$/m);
    expect((await post(lambda.functionUrl, {})).status).toBe(502);
    expect((await post(lambda.httpApiUrl, {})).status).toBe(500);
  });

  it('starts all the same when it goes wrong ahead of any call', async () => {
    const lambda = await emulator({ bootstrap: node('init-crash.mjs'), proactive: 2 });
    const { environments } = await lambda.environments();
    expect(environments).toMatchObject([1, 2].map(() => ({ initFailed: true, proactive: true, invocations: 0 })));
    expect(JSON.parse((await invoke(lambda, {})).body)).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect((await lambda.environments()).counts).toEqual({ invocations: 1, throttles: 0, environmentsMade: 2 });
  });

  it('passes on what the runtime reports', async () => {
    const lambda = await emulator({ bootstrap: node('init-error.mjs') });
    const { body, error, log } = await invoke(lambda, {});
    expect([error, JSON.parse(body)]).toEqual([
      'Unhandled',
      { errorMessage: 'no model', errorType: 'NoModel', stackTrace: [] },
    ]);
    expect(log).toContain('Error Type: Runtime.NoModel');
  });

  it('runs into the function timeout when the program never asks for an event', async () => {
    const lambda = await emulator({ bootstrap: node('never-next.mjs'), initTimeoutMs: 100, timeoutMs: 200 });
    const { body, log } = await invoke(lambda, {});
    expect(JSON.parse(body)).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(log).toMatch(/\tPhase: invoke\tStatus: timeout$/m);
  });

  it('names a program that does not exist', async () => {
    const lambda = await emulator({ bootstrap: ['./no-such-program'] });
    expect(JSON.parse((await invoke(lambda, {})).body)).toMatchObject({ errorType: 'Runtime.InvalidEntrypoint' });
  });
});

it('answers a function timeout at each door, and goes on', async () => {
  const lambda = await emulator({ timeoutMs: 500 });
  const slow = { sleepMs: 60_000 };
  const { body, log } = await invoke(lambda, slow);
  expect(JSON.parse(body).errorMessage).toMatch(/^RequestId: \S+ Error: Task timed out after 0\.50 seconds$/);
  expect(log).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z \S{36} Task timed out after 0\.50 seconds$/m);
  expect(log).toMatch(/\tDuration: 500\.00 ms\tBilled Duration: \d+ ms\t.*Status: timeout\t/);
  const url = await post(lambda.functionUrl, slow);
  expect([url.status, await url.text()]).toEqual([502, 'Internal Server Error']);
  const http = await post(lambda.httpApiUrl, slow);
  expect([http.status, await http.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  expect((await echo(lambda.functionUrl)).cold).toBe(true);
  expect((await lambda.environments()).counts.environmentsMade).toBe(1);
});

it('runs two emulators side by side, each with its own environments', async () => {
  const [one, two] = await Promise.all([emulator({ functionName: 'one' }), emulator({ functionName: 'two' })]);
  const answers = await Promise.all([one, two].map(({ functionUrl }) => echo(functionUrl)));
  expect(answers.map(({ env }) => env.AWS_LAMBDA_FUNCTION_NAME)).toEqual(['one', 'two']);
  await one.stop();
  expect(alive(answers.map(({ pid }) => pid))).toEqual([answers[1]!.pid]);
  expect((await echo(two.functionUrl)).cold).toBe(false);
});

/** The environment that has a call. */
async function busyOne(lambda: Emulator) {
  return until(async () => (await lambda.environments()).environments.find(({ state }) => state === 'busy'));
}

/** An environment that waits for a call. */
async function idleOne(lambda: Emulator) {
  return until(async () => (await lambda.environments()).environments.find(({ state }) => state === 'idle'));
}

/** Of a process group, those that run or are stopped. */
function group(leader: number): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pgid=,pid='], { encoding: 'utf8' });
  const rows = stdout
    .trim()
    .split('\n')
    .map(row => row.trim().split(/\s+/).map(Number));
  const pids = rows.filter(([pgid]) => pgid === leader).map(([, pid]) => pid!);
  return pids.length === 0 ? [] : alive(pids);
}
