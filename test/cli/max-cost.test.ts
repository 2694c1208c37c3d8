/** `--max-cost` through the program: the run ends before it, with a whole record. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { complaint, onlyRun, ROOT, recordIn, useProgram } from './program.ts';

const program = useProgram();
const PICTURE = join(ROOT, 'fixtures', 'odd', '1x1.png');

it.each([
  ['lambda', ['--iterations', '500']],
  // What is in flight before the first answer has no known price: environments ahead keep that short.
  ['load', ['--rate', '40', '--duration', '60s', '--proactive', '4']],
  ['cold', ['-n', '500']],
  ['warm', ['--margin', '0.0001']],
  ['soak', ['--interval', '25ms', '--duration', '60s', '--target', 'lambda', '--proactive', '4']],
])(
  '%s ends by it',
  async (command, args) => {
    const cwd = await program.fresh();
    const limitUsd = 0.0001;
    const { code, stdout, stderr } = await program.run([command, ...args, '--max-cost', `${limitUsd}`, PICTURE], {
      cwd,
    });
    expect(code).toBe(4);
    expect(stderr).toContain('error: stopped before it would cost more than 0.0001 USD\n');
    expect(stdout).toContain('this run was ended before it would cost more than 0.0001 USD (--max-cost, an estimate)');
    const { run, targets } = await recordIn(await onlyRun(join(cwd, 'reports')));
    expect(run).toMatchObject({ status: 'interrupted', stoppedBy: 'cost', options: { maxCostUsd: limitUsd } });
    const [{ samples } = { samples: [] }] = targets;
    const billed = samples.map(({ timings }) => timings.billedMs!);
    const costUsd = billed.reduce((sum, ms) => sum + (ms / 1_000) * 0.0000166667 + 2e-7, 0);
    expect(costUsd).toBeGreaterThan(0);
    // A call that a busy machine holds up at the very end is dearer than any before it.
    expect(costUsd).toBeLessThan(1.2 * limitUsd);
    expect(samples.every(({ outcome }) => outcome.ok)).toBe(true);
  },
  60_000,
);

it('refuses it where nothing is paid for', async () => {
  const args = ['lambda', '--target', 'local', '--max-cost', '1', PICTURE];
  expect(complaint(await program.run(args)).code).toBe(2);
  const zero = complaint(await program.run(['lambda', '--max-cost', '0', PICTURE]));
  expect(zero.error).toBe('--max-cost must be greater than 0, got "0"');
});
