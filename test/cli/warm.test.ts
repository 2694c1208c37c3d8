/** Warm calls through the program: the figures are of the windows that agree. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { complaint, onlyRun, ROOT, recordIn, useProgram } from './program.ts';

const program = useProgram();
const PICTURE = join(ROOT, 'fixtures', 'odd', '1x1.png');

async function warm(...args: string[]) {
  const cwd = await program.fresh();
  const finished = await program.run(['warm', ...args, PICTURE], { cwd });
  const record = await recordIn(await onlyRun(join(cwd, 'reports')));
  const shown = await program.run(['report'], { cwd });
  return { ...finished, record, shown: shown.stdout };
}

it('counts three windows of each target, those before them as warm-up', async () => {
  const { code, stdout, record, shown } = await warm('--target', 'local,lambda', '--window', '5', '--margin', '100%');
  expect(code).toBe(0);
  for (const { name, samples, summary } of record.targets) {
    const steady = record.incidents!.find(one => one.kind === 'steady' && one.target === name);
    if (steady?.kind !== 'steady') throw new Error(`${name} never came to rest`);
    const counted = samples.filter(({ seq, start }) => seq >= steady.fromSeq && start === 'warm');
    expect(counted).toHaveLength(15);
    expect(summary.warm!.handlerMs!.count).toBe(15);
    const earlier = samples.filter(({ seq, start }) => seq < steady.fromSeq && start === 'warm');
    expect(earlier.every(({ phase }) => phase === 'warmup')).toBe(true);
  }
  expect(stdout).toMatch(/^noticed {2}lambda: steady from call \d+ on, /m);
  expect(stdout).toContain('15 warm calls of local and 15 warm calls of lambda, in turns on the same pictures');
  expect(shown.slice(0, 200)).toBe(stdout.slice(0, 200));
}, 60_000);

it('says that they never did: all calls count', async () => {
  const { code, stdout, record } = await warm(
    '--target',
    'local',
    '--window',
    '5',
    '--margin',
    '0.0001',
    '--duration',
    '1s',
  );
  expect(code).toBe(0);
  expect(record.run.stoppedBy).toBe('duration');
  expect(stdout).toMatch(
    /^noticed {2}local: NEVER STEADY from .* the medians of the last three windows lie \d+\.\d % apart: /m,
  );
  const [{ samples, summary } = { samples: [], summary: { failed: {} } }] = record.targets;
  expect(summary.warm!.handlerMs!.count).toBe(samples.filter(({ start }) => start === 'warm').length);
}, 60_000);

it.each([
  [['--margin', '0'], '--margin must be a percentage above 0 and of at most 100, got "0"'],
  [['--margin', '5 %'], '--margin must be a percentage above 0 and of at most 100, got "5 %"'],
  [['--window', '1'], '--window must be a whole number of at least 2, got "1"'],
])('refuses %j', async (args, error) => {
  const said = complaint(await program.run(['warm', ...args, PICTURE]));
  expect([said.code, said.error]).toEqual([2, error]);
});
