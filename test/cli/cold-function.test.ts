/** Cold starts of a function by changing its configuration, on the emulator in the place of AWS: put back in the end, whatever the end is. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complaint, onlyRun, ROOT, recordIn, runWithSamples, until, useProgram } from './program.ts';

const program = useProgram();
const PICTURE = join(ROOT, 'fixtures', 'odd', '1x1.png');
const CREDENTIALS = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };

async function emulate(...args: string[]) {
  const running = await program.start(['emulate', '--json', '--env', 'COLOUR=red', ...args]);
  const line = await until('the emulator', () => running.stdout().includes('\n') && running.stdout());
  const { invokeEndpoint } = JSON.parse(line) as { invokeEndpoint: string };
  const configuration = async () => {
    const answer = await fetch(`${invokeEndpoint}/2015-03-31/functions/resnet-bench/configuration`);
    return (await answer.json()) as { Environment: { Variables: Record<string, string> }; LastUpdateStatus: string };
  };
  const cwd = await program.fresh();
  const state = join(cwd, 'state');
  const env = { ...CREDENTIALS, AWS_ENDPOINT_URL: invokeEndpoint, RESNET_BENCH_STATE_DIR: state };
  const stop = async () => {
    running.child.kill('SIGTERM');
    await running.done;
  };
  const notes = () => readdir(join(state, 'restore')).catch(() => []);
  const variables = async () => (await configuration()).Environment.Variables;
  return { cwd, env, state, configuration, variables, notes, stop };
}

const FUNCTION = ['--function', 'resnet-bench'];
const MARK = 'RESNET_BENCH_COLD_START';

describe('cold --function', () => {
  it('meets a new environment with each call, one more ahead of them apart, and puts all back', async () => {
    const { cwd, env, variables, notes, stop } = await emulate();
    const before = await variables();
    const { code, stdout, stderr } = await program.run(['cold', '-n', '3', ...FUNCTION, PICTURE], { cwd, env });
    const [after, left] = [await variables(), await notes()];
    await stop();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect([after, left]).toEqual([before, []]);
    const { targets } = await recordIn(await onlyRun(join(cwd, 'reports')));
    const { samples, summary } = targets[0]!;
    expect(samples.map(({ start, phase }) => `${start} ${phase}`)).toEqual([
      'cold apart',
      'cold measured',
      'cold measured',
      'cold measured',
    ]);
    expect(summary.cold!.serviceMs!.count).toBe(3);
    expect(stdout).toContain('3 of 3 calls met a new environment');
    expect(stdout).toMatch(/^kept apart: the first call .*: cold call, /m);
  }, 60_000);

  it('puts all back after Ctrl-C', async () => {
    const { cwd, env, variables, notes, stop } = await emulate();
    const before = await variables();
    const running = await program.start(['cold', '-n', '100', ...FUNCTION, PICTURE], { cwd, env });
    await runWithSamples(join(cwd, 'reports'), 2);
    expect(await variables()).toHaveProperty(MARK);
    expect(await notes()).toHaveLength(1);
    running.child.kill('SIGINT');
    const { code } = await running.done;
    const [after, left] = [await variables(), await notes()];
    await stop();
    expect([code, after, left]).toEqual([130, before, []]);
  }, 60_000);

  it('leaves a note when it is killed, by which the next command puts all back', async () => {
    const { cwd, env, state, variables, notes, stop } = await emulate();
    const before = await variables();
    const running = await program.start(['cold', '-n', '100', ...FUNCTION, PICTURE], { cwd, env });
    await runWithSamples(join(cwd, 'reports'), 1);
    running.child.kill('SIGKILL');
    await running.done;
    const [note] = await notes();
    expect(await variables()).toHaveProperty(MARK);
    const text = await readFile(join(state, 'restore', note!), 'utf8');
    // No value of a variable of the function's own.
    expect(text).not.toContain('red');
    const next = await program.run(['local', '--iterations', '1', '--warmup', '0', PICTURE], { cwd, env });
    const [after, left] = [await variables(), await notes()];
    await stop();
    expect(next.code).toBe(0);
    expect(next.stderr).toContain(
      'restored  the configuration of arn:aws:lambda:us-east-1:123456789012:function:resnet-bench, which an earlier run had changed\n',
    );
    expect([after, left]).toEqual([before, []]);
  }, 60_000);

  it('keeps what somebody else changes meanwhile', async () => {
    const { cwd, env, configuration, variables, stop } = await emulate();
    const running = await program.start(['cold', '-n', '100', ...FUNCTION, PICTURE], { cwd, env });
    await runWithSamples(join(cwd, 'reports'), 1);
    const url = `${env.AWS_ENDPOINT_URL}/2015-03-31/functions/resnet-bench/configuration`;
    await until('a change between two of the run', async () => {
      const { Environment } = await configuration();
      const Variables = { ...Environment.Variables, COLOUR: 'blue' };
      return (await fetch(url, { method: 'PUT', body: JSON.stringify({ Environment: { Variables } }) })).ok;
    });
    const before = (await recordLines(cwd)).length;
    await runWithSamples(join(cwd, 'reports'), before + 2);
    running.child.kill('SIGINT');
    await running.done;
    const after = await variables();
    await stop();
    expect(after.COLOUR).toBe('blue');
    expect(after).not.toHaveProperty(MARK);
  }, 60_000);

  it('refuses a second run on the same function', async () => {
    const { cwd, env, stop } = await emulate();
    const running = await program.start(['cold', '-n', '100', ...FUNCTION, PICTURE], { cwd, env });
    await runWithSamples(join(cwd, 'reports'), 1);
    const second = await program.run(['cold', ...FUNCTION, PICTURE], { env });
    running.child.kill('SIGINT');
    await running.done;
    await stop();
    expect(complaint(second)).toMatchObject({
      code: 3,
      error: `process ${running.child.pid} has changed arn:aws:lambda:us-east-1:123456789012:function:resnet-bench for a run of its own`,
    });
  }, 60_000);

  it('drops the note of a function that went with its emulator', async () => {
    const { cwd, env, notes, stop } = await emulate();
    const running = await program.start(['cold', '-n', '100', ...FUNCTION, PICTURE], { cwd, env });
    await runWithSamples(join(cwd, 'reports'), 1);
    running.child.kill('SIGKILL');
    await running.done;
    await stop();
    const next = await program.run(['local', '--iterations', '1', '--warmup', '0', PICTURE], { cwd, env });
    expect(next.stderr).toContain('there is no such function any more');
    expect(await notes()).toEqual([]);
  }, 60_000);

  it('changes nothing where no note can be kept', async () => {
    const { cwd, env, variables, stop } = await emulate();
    const before = await variables();
    await writeFile(join(cwd, 'file'), '');
    const finished = await program.run(['cold', ...FUNCTION, PICTURE], {
      ...{ cwd, env: { ...env, RESNET_BENCH_STATE_DIR: join(cwd, 'file') } },
    });
    const after = await variables();
    await stop();
    expect(complaint(finished)).toMatchObject({ code: 3, hint: 'set RESNET_BENCH_STATE_DIR to a folder that can be' });
    expect(after).toEqual(before);
  }, 60_000);

  it('refuses a version', async () => {
    const said = complaint(await program.run(['cold', '--function', 'fn:3', PICTURE], { env: CREDENTIALS }));
    expect([said.code, said.error]).toEqual([
      2,
      'fn:3 names a version or an alias, whose configuration cannot be changed',
    ]);
  });
});

async function recordLines(cwd: string): Promise<string[]> {
  const folder = await onlyRun(join(cwd, 'reports'));
  return (await readFile(join(folder, 'samples.ndjson'), 'utf8')).split('\n').slice(0, -1);
}
