/** Cold starts through the program: each proved, here by new processes, on the emulator by ended environments. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complaint, onlyRun, ROOT, recordIn, runWithSamples, useProgram } from './program.ts';

const program = useProgram();
const PICTURE = join(ROOT, 'fixtures', 'odd', '1x1.png');

async function cold(...args: string[]) {
  const cwd = await program.fresh();
  const finished = await program.run(['cold', ...args, PICTURE], { cwd });
  const record = await recordIn(await onlyRun(join(cwd, 'reports')));
  return { ...finished, record, byName: new Map(record.targets.map(target => [target.name, target])) };
}

describe('cold -n 10 --target local,lambda', () => {
  it('has ten proved cold calls of each, with a p90 and no p95', async () => {
    const { code, stdout, record, byName } = await cold('-n', '10', '--target', 'local,lambda');
    expect(code).toBe(0);
    expect(record.run).toMatchObject({ command: 'cold', scenario: 'cold starts', options: { count: 10 } });
    for (const name of ['local', 'lambda']) {
      const { samples, summary } = byName.get(name)!;
      expect(samples.map(({ start, phase }) => `${start} ${phase}`)).toEqual(Array(10).fill('cold measured'));
      expect(new Set(samples.map(({ environmentId }) => environmentId)).size).toBe(10);
      expect(summary.cold!.serviceMs).toMatchObject({ count: 10, p90: expect.any(Number), p95: null });
      expect(summary.warm).toBeUndefined();
      for (const { timings, completedMs, issuedMs } of samples) {
        const { runtimeStartMs, importsMs, sessionMs, initMs, handlerMs } = timings;
        const parts = [runtimeStartMs!, importsMs!, sessionMs!];
        expect(Math.min(...parts)).toBeGreaterThan(0);
        expect(parts.reduce((sum, ms) => sum + ms)).toBeLessThanOrEqual(initMs! + 1);
        expect(completedMs - issuedMs).toBeGreaterThan(sessionMs! + handlerMs!);
      }
    }
    expect(byName.get('lambda')!.samples.map(({ startBy }) => startBy)).toEqual(Array(10).fill('handler'));
    expect(stdout).toContain('10 cold calls of local and 10 cold calls of lambda, in turns on the same pictures');
    expect(stdout).toContain('local: 10 of 10 calls had a new process\n');
    expect(stdout).toContain('lambda: 10 of 10 calls met a new environment (10 by the word of the function)\n');
  }, 120_000);
});

it('looks at each call: one that met a warm environment is kept, and in no cold figure', async () => {
  const { stdout, byName } = await cold('-n', '3', '--wait', '10ms');
  const { samples, summary } = byName.get('lambda')!;
  expect(samples.map(({ start }) => start)).toEqual(['cold', 'warm', 'warm']);
  expect(summary.cold!.serviceMs!.count).toBe(1);
  expect(stdout).toContain('1 of 3 calls met a new environment (1 by the word of the function)');
  expect(stdout).toContain('not cold: 2 warm; kept, and in no cold figure');
}, 60_000);

it('meets new ones by waiting, where they are reclaimed by then', async () => {
  const { byName } = await cold('-n', '3', '--wait', '1500ms', '--idle-timeout', '400ms');
  expect(byName.get('lambda')!.samples.map(({ start }) => start)).toEqual(['cold', 'cold', 'cold']);
}, 60_000);

it('ends at Ctrl-C after the call in flight, and leaves no process behind', async () => {
  const cwd = await program.fresh();
  const running = await program.start(['cold', '-n', '1000', '--target', 'local', PICTURE], { cwd });
  const folder = await runWithSamples(join(cwd, 'reports'), 2);
  running.child.kill('SIGINT');
  const { code } = await running.done;
  expect(code).toBe(130);
  expect((await recordIn(folder)).run.status).toBe('interrupted');
}, 60_000);

it('says what is wrong with a picture or a model', async () => {
  const broken = join(ROOT, 'fixtures', 'broken', 'empty.jpg');
  const cwd = await program.fresh();
  const { code, stderr } = await program.run(['cold', '-n', '2', '--target', 'local', broken], { cwd });
  expect([code, stderr]).toEqual([4, expect.stringContaining('error: nothing succeeded')]);
});

it.each([
  [['--url', 'http://127.0.0.1:1'], 'nothing makes the environments of that function new'],
  [['-n', '0'], '--count must be a whole number of at least 1, got "0"'],
  [['--target', 'local', '--wait', '1s'], '--wait is for lambda, which --target leaves out'],
])('refuses %j', async (args, error) => {
  const said = complaint(await program.run(['cold', ...args, PICTURE]));
  expect([said.code, said.error]).toEqual([2, error]);
});
