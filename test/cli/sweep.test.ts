/** A sweep through the program: settings in turns, each with its figures, on the emulator and on a function that is changed. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complaint, onlyRun, ROOT, recordIn, runWithSamples, sampleLines, until, useProgram } from './program.ts';

const program = useProgram();
const PICTURE = join(ROOT, 'fixtures', 'odd', '1x1.png');

it('measures each setting in turns, and says what it costs', async () => {
  const cwd = await program.fresh();
  const args = ['--memory', '512,2048', '--threads', '1,2', '--iterations', '4', '--rounds', '2', '--warmup', '0'];
  const { code, stdout } = await program.run(['sweep', ...args, PICTURE], { cwd });
  expect(code).toBe(0);
  const folder = await onlyRun(join(cwd, 'reports'));
  const { run, targets } = await recordIn(folder);
  expect(run).toMatchObject({
    command: 'sweep',
    options: { memorySizesMb: [512, 2048], threadCounts: [1, 2], rounds: 2 },
  });
  expect(targets.map(({ name, info }) => [name, info.memoryMb, info.threads])).toEqual([
    ['512 MB, 1 thread', 512, 1],
    ['512 MB, 2 threads', 512, 2],
    ['2048 MB, 1 thread', 2048, 1],
    ['2048 MB, 2 threads', 2048, 2],
  ]);
  for (const { samples, summary } of targets) {
    expect(samples.map(({ start }) => start)).toEqual(['cold', 'warm', 'warm', 'warm', 'warm']);
    expect(summary.warm!.billedMs!.count).toBe(4);
  }
  // Two rounds, each setting with its share.
  const lines = (await sampleLines(folder)).map(line => JSON.parse(line)).filter(line => 'sample' in line);
  const stretches = lines.map(({ target }) => target).filter((name, i, all) => name !== all[i - 1]);
  expect(stretches).toEqual([...targets, ...targets].map(({ name }) => name));
  expect(stdout).toMatch(/^setting +calls +inference p50 ms .* USD per million +best$/m);
  for (const { name } of targets) expect(stdout).toMatch(new RegExp(`^${name} +4 +\\d`, 'm'));
  expect(stdout).toMatch(/^inference with 2 threads against 1: 512 MB .*x · 2048 MB .*x: /m);
  expect(stdout).toContain('an estimate');
  const { stdout: markdown } = await program.run(['report', '--format', 'md'], { cwd });
  expect(markdown).toContain('### Settings');
}, 120_000);

it('of this process: its threads', async () => {
  const cwd = await program.fresh();
  const args = ['--target', 'local', '--threads', '1,2', '--iterations', '12', '--rounds', '3'];
  const { code, stdout } = await program.run(['sweep', ...args, PICTURE], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^1 thread +12 +/m);
  expect(stdout).toMatch(/^inference with 2 threads against 1: [\d.]+x \[/m);
  expect(stdout).not.toContain('USD');
}, 60_000);

describe('of a function', () => {
  const FUNCTION = [
    '--function',
    'resnet-bench',
    '--memory',
    '512,1024',
    '--iterations',
    '4',
    '--rounds',
    '2',
    '--warmup',
    '0',
  ];

  async function emulate() {
    const running = await program.start(['emulate', '--json', '--memory', '640']);
    const line = await until('the emulator', () => running.stdout().includes('\n') && running.stdout());
    const { invokeEndpoint } = JSON.parse(line) as { invokeEndpoint: string };
    const cwd = await program.fresh();
    const state = join(cwd, 'state');
    const configuration = async () => {
      const answer = await fetch(`${invokeEndpoint}/2015-03-31/functions/resnet-bench/configuration`);
      const { MemorySize, Environment } = (await answer.json()) as {
        MemorySize: number;
        Environment: { Variables: Record<string, string> };
      };
      return { MemorySize, Environment };
    };
    const notes = () => readdir(join(state, 'restore')).catch(() => []);
    const env = {
      ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
      ...{ AWS_ENDPOINT_URL: invokeEndpoint, RESNET_BENCH_STATE_DIR: state },
    };
    const stop = async () => {
      running.child.kill('SIGTERM');
      await running.done;
    };
    return { cwd, env, configuration, notes, stop };
  }

  it('changes memory and threads, and puts them back', async () => {
    const { cwd, env, configuration, notes, stop } = await emulate();
    const before = await configuration();
    const { code, stderr } = await program.run(['sweep', ...FUNCTION, '--threads', '1,2', PICTURE], { cwd, env });
    const [after, left] = [await configuration(), await notes()];
    await stop();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect([after, left]).toEqual([before, []]);
    const { targets } = await recordIn(await onlyRun(join(cwd, 'reports')));
    expect(targets.map(({ info }) => [info.memoryMb, info.threads])).toEqual([
      [512, 1],
      [512, 2],
      [1024, 1],
      [1024, 2],
    ]);
    for (const { samples } of targets) {
      // A change costs each of its rounds a cold start.
      expect(samples.map(({ start }) => start)).toEqual(['cold', 'warm', 'warm', 'cold', 'warm', 'warm']);
      expect(new Set(samples.map(({ memory }) => memory.sizeMb)).size).toBe(1);
    }
  }, 120_000);

  it('is put back by the next command when it was killed', async () => {
    const { cwd, env, configuration, notes, stop } = await emulate();
    const before = await configuration();
    const running = await program.start(['sweep', ...FUNCTION, PICTURE], { cwd, env });
    await runWithSamples(join(cwd, 'reports'), 1);
    running.child.kill('SIGKILL');
    await running.done;
    expect((await configuration()).MemorySize).not.toBe(640);
    const next = await program.run(['local', '--iterations', '1', '--warmup', '0', PICTURE], { cwd, env });
    const [after, left] = [await configuration(), await notes()];
    await stop();
    expect(next.stderr).toContain('restored  the configuration of arn:aws:lambda:');
    expect([after, left]).toEqual([before, []]);
  }, 60_000);
});

it.each([
  [['--memory', '512'], 'one setting is no sweep'],
  [['--memory', '512,64'], '--memory must be a whole number from 128 to 10240, got "64"'],
  [['--memory', '512,512'], '--memory names 512 twice'],
  [['--target', 'local', '--memory', '512,1024'], '--memory is for lambda, which --target leaves out'],
  [['--target', 'local,lambda'], 'sweep drives one target'],
  [['--rounds', '31'], '--rounds 31 is more than --iterations 30'],
  [['--url', 'http://127.0.0.1:1'], 'a function at a URL alone has one setting'],
])('refuses %j', async (args, error) => {
  const said = complaint(await program.run(['sweep', ...args, PICTURE]));
  expect([said.code, said.error]).toEqual([2, error]);
});
