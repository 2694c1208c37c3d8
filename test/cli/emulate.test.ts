/** `resnet-bench emulate`: addresses, any program, its log, its end; and that nothing outlives a program killed with -9. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentListSchema } from '../../src/emulator/control-answer.ts';
import {
  complaint,
  isAlive,
  onlyRun,
  ROOT,
  type Running,
  recordIn,
  type StartOptions,
  until,
  useProgram,
} from './program.ts';

const program = useProgram();
const BOOTSTRAPS = join(ROOT, 'test', 'emulator', 'bootstraps');
const PICTURE = join(ROOT, 'fixtures', 'odd', '1x1.png');
const ECHO = ['--bootstrap', `'${process.execPath}' echo.mjs`, '--task-root', BOOTSTRAPS];

interface Addresses {
  readonly functionUrl: string;
  readonly httpApiUrl: string;
  readonly invokeEndpoint: string;
  readonly pid: number;
}

async function emulate(args: readonly string[], options?: StartOptions): Promise<Running & Addresses> {
  const running = await program.start(['emulate', '--json', ...args], options);
  const line = await until('its addresses', () => /^\{.*\}\n$/.exec(running.stdout())?.[0]);
  return { ...running, ...(JSON.parse(line) as Addresses) };
}

const post = async (url: string, body: object) =>
  (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).json() as Promise<Record<string, unknown>>;

async function environmentsOf({ invokeEndpoint }: Addresses) {
  const answer = await fetch(`${invokeEndpoint}/_emulator/environments`);
  return environmentListSchema.parse(await answer.json()).environments;
}

describe('our own handler', () => {
  it('answers at each front door, is measured by the lambda command, and ends by Ctrl-C', async () => {
    const emulator = await emulate(['--memory', '2048']);
    const image = (await program.shell(`base64 < '${PICTURE}' | tr -d '\\n'`)).stdout;
    for (const url of [emulator.functionUrl, emulator.httpApiUrl]) {
      expect(await post(url, { image })).toMatchObject({
        predictions: expect.any(Array),
        runtime: { memory_mb: 2048 },
      });
    }
    const invoked = await post(`${emulator.invokeEndpoint}/2015-03-31/functions/resnet-bench/invocations`, { image });
    expect(invoked).toMatchObject({ statusCode: 200 });

    const cwd = await program.fresh();
    const args = [
      '--url',
      emulator.httpApiUrl,
      '--front-door',
      'http-api',
      '--iterations',
      '2',
      '--warmup',
      '0',
      PICTURE,
    ];
    expect((await program.run(['lambda', ...args], { cwd })).code).toBe(0);
    const [target] = (await recordIn(await onlyRun(join(cwd, 'reports')))).targets;
    expect(target!.info).toMatchObject({
      emulated: false,
      frontDoor: 'http-api',
      memoryMb: 2048,
      model: { name: 'small' },
    });
    expect(target!.samples.map(({ start }) => start)).toEqual(['warm', 'warm']);

    expect(emulator.stderr()).toMatch(/^REPORT RequestId: .*\tMemory Size: 2048 MB\t/m);
    emulator.child.kill('SIGINT');
    expect((await emulator.done).code).toBe(130);
    expect(isAlive(emulator.pid)).toBe(false);
  });

  it('tells a person where it is and how to call it, and what it prints works as it stands', async () => {
    const running = await program.start(['emulate']);
    const curl = await until('the curl line', () => /^by curl +(.*)$/m.exec(running.stdout())?.[1]);
    expect(running.stdout()).toMatch(/^Function URL {2}http:\/\/127\.0\.0\.1:\d+\/$/m);
    expect(running.stdout()).toContain('signatures are not checked');
    const cwd = await program.fresh();
    await program.shell(`cp '${PICTURE}' dog.jpg`, { cwd });
    const measure = /^measure it +(.*)$/m.exec(running.stdout())![1]!;
    expect((await program.shell(`${measure} dog.jpg --iterations 1 --warmup 0`, { cwd })).code).toBe(0);
    expect(JSON.parse((await program.shell(curl, { cwd })).stdout)).toHaveProperty('predictions');
    running.child.kill('SIGTERM');
    expect((await running.done).code).toBe(143);
  });
});

describe('any program that speaks the Runtime API', () => {
  it('gets its variables and its handler name, and has its say in the log', async () => {
    const emulator = await emulate([
      ...ECHO,
      '--env',
      'GREETING=a = b',
      '--env',
      'OTHER=1',
      '--handler',
      'app.handler',
    ]);
    const { env } = await post(emulator.functionUrl, {});
    expect(env).toMatchObject({ GREETING: 'a = b', OTHER: '1', _HANDLER: 'app.handler', LAMBDA_TASK_ROOT: BOOTSTRAPS });
    expect(env).not.toHaveProperty('RESNET_BENCH_MODEL');
    await until('the log', () => emulator.stderr().includes('echo call 1'));
    emulator.child.kill('SIGINT');
    await emulator.done;
  });

  it('has variables that no list of processes shows', async () => {
    const env = { RESNET_BENCH_ENV: 'TOKEN=secret-4711' };
    const emulator = await emulate([...ECHO], { env });
    expect((await post(emulator.functionUrl, {})).env).toMatchObject({ TOKEN: 'secret-4711' });
    const { stdout } = await program.shell('ps -A -ww -o args=');
    expect(stdout).toContain('emulator/main.js');
    expect(stdout).not.toContain('secret-4711');
    emulator.child.kill('SIGINT');
    await emulator.done;
  });

  it('is scaled out to --concurrency, and throttled beyond', async () => {
    const emulator = await emulate([...ECHO, '--concurrency', '2']);
    const calls = [1, 2, 3].map(() => fetch(emulator.functionUrl, { method: 'POST', body: '{"sleepMs":1500}' }));
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 200, 429]);
    expect(await environmentsOf(emulator)).toHaveLength(2);
    emulator.child.kill('SIGINT');
    await emulator.done;
  });

  it('two side by side do not collide', async () => {
    const [one, other] = await Promise.all([emulate(ECHO), emulate(ECHO)]);
    const answers = await Promise.all([post(one!.functionUrl, {}), post(other!.functionUrl, {})]);
    expect(answers[0]!.pid).not.toBe(answers[1]!.pid);
    one!.child.kill('SIGINT');
    await one!.done;
    expect(await post(other!.functionUrl, {})).toMatchObject({ calls: 2, pid: answers[1]!.pid });
    other!.child.kill('SIGINT');
    await other!.done;
  });
});

describe('killed with -9 while one environment is idle and one busy', () => {
  it('leaves nothing behind after two seconds', async () => {
    const emulator = await emulate([...ECHO, '--proactive', '2', '--timeout', '10m']);
    await post(emulator.functionUrl, {});
    post(emulator.functionUrl, { sleepMs: 600_000 }).catch(() => {});
    const environments = await until('a busy one', async () => {
      const list = await environmentsOf(emulator);
      return list.some(({ state }) => state === 'busy') && list;
    });
    expect(environments.map(({ state }) => state).sort()).toEqual(['busy', 'idle']);
    const pids = [emulator.pid, ...environments.map(({ pid }) => pid!)];
    expect(pids.filter(isAlive)).toHaveLength(3);
    const killed = performance.now();
    emulator.child.kill('SIGKILL');
    while (pids.some(isAlive) && performance.now() - killed < 2_000)
      await new Promise(resolve => setTimeout(resolve, 20));
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

describe('wrong use is one error and one hint', () => {
  it.each([
    [
      ['--task-root', '/', '--model', 'x'],
      '--model is for our own handler, and --task-root or --handler names another function',
      2,
    ],
    [['--bootstrap', '  '], '--bootstrap must not be blank', 2],
    [
      ['--bootstrap', 'node', '--preprocess', 'fast'],
      '--preprocess is for our own handler, and --bootstrap names another program',
      2,
    ],
    [['--bootstrap', 'node', '--task-root', '/no/such/folder'], 'no such folder: /no/such/folder', 2],
    [['--proactive', '11'], '--proactive 11 is more than --concurrency 10', 2],
    [['--env', 'x'], '--env must be a name, = and a value', 2],
    [['--env', 'A B=1'], '--env must be a name, = and a value', 2],
    [['--env', 'AWS_REGION=x'], '--env AWS_REGION cannot be set: Lambda reserves it', 2],
    [['--port', '65534'], '--port must be a whole number from 0 to 65533, got "65534"', 2],
    [['--timeout', '16m'], '--timeout must be a duration of at most 15 minutes, got "16m"', 2],
  ])('%j', async (args, error, code) => {
    expect(complaint(await program.run(['emulate', ...args]))).toMatchObject({ code, error });
  });

  it('a port that is taken', async () => {
    const emulator = await emulate(ECHO);
    const { port } = new URL(emulator.functionUrl);
    const said = complaint(await program.run(['emulate', '--port', port, ...ECHO]));
    expect(said).toMatchObject({
      code: 3,
      error: expect.stringMatching(/^cannot listen on 127\.0\.0\.1:\d+: .*in use/),
    });
    emulator.child.kill('SIGINT');
    await emulator.done;
  });

  it('a model that is none', async () => {
    const cwd = await program.fresh();
    await writeFile(join(cwd, 'x.onnx'), 'no model');
    expect(complaint(await program.run(['emulate', '--model', 'x.onnx'], { cwd })).code).toBe(3);
  });
});
