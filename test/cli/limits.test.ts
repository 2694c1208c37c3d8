/** The emulated function's share of the machine, through the program: where it can be given, and what is said where it cannot. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Shares } from '../../src/emulator/shares.ts';
import { onlyRun, ROOT, recordIn, until, useProgram } from './program.ts';

const program = useProgram();
const PICTURE = join(ROOT, 'fixtures', 'odd', '1x1.png');
const AUTO = { RESNET_BENCH_LIMITS: undefined };

const trial = Shares.open({ memoryMb: 1024, cpuPeriodMs: 20, limits: true, initBoost: false });
trial.close();
const { noLimits } = trial.facts;
if (noLimits) console.warn(`skipped: ${noLimits.reason}, so no function can be limited here`);

async function lambda(...args: string[]) {
  const cwd = await program.fresh();
  const finished = await program.run(['lambda', '--iterations', '3', '--warmup', '0', ...args, PICTURE], {
    cwd,
    env: AUTO,
  });
  const record = await recordIn(await onlyRun(join(cwd, 'reports')));
  return { ...finished, record, target: record.targets[0]! };
}

describe.skipIf(noLimits)('where it can be given', () => {
  it('says what it is, and warns of nothing', async () => {
    const { code, stdout, target, record } = await lambda('--cpu-period', '50ms', '--init-boost');
    expect(code).toBe(0);
    expect(target.info).toMatchObject({ cpuShare: 0.579, frozen: true, memoryBy: 'group', memoryMb: 1024 });
    expect(record.run.options).toMatchObject({ limits: true, cpuPeriodMs: 50, initBoost: true });
    expect(stdout).toMatch(/^lambda: emulated Lambda, 1024 MB, 0\.58 CPU · Function URL, connection kept$/m);
    expect(target.warnings.map(warning => warning.code)).not.toContain('no-limits');
  });

  it('a function that needs more memory than it has is ended, and that is said', async () => {
    const bootstrap = `'${process.execPath}' echo.mjs`;
    const bootstraps = join(ROOT, 'test', 'emulator', 'bootstraps');
    const args = ['emulate', '--json', '--memory', '192', '--bootstrap', bootstrap, '--task-root', bootstraps];
    const running = await program.start(args, { env: AUTO });
    const line = await until('its addresses', () => /^\{.*\}\n$/.exec(running.stdout())?.[0]);
    const { functionUrl, cpuShare, frozen } = JSON.parse(line);
    expect({ cpuShare, frozen }).toEqual({ cpuShare: 0.109, frozen: true });
    const response = await fetch(functionUrl, { method: 'POST', body: JSON.stringify({ hogMb: 300 }) });
    expect(response.status).toBe(502);
    await until('the report', () =>
      /REPORT .*\tStatus: error\tError Type: Runtime\.OutOfMemory\t/.test(running.stderr()),
    );
  });

  it('and the run says so', async () => {
    const { code, stdout, target } = await lambda('--memory', '128', '--timeout', '20s');
    // Node, onnxruntime and sharp need about as much; whether or not they fit is the system's.
    if (target.samples.every(({ outcome }) => outcome.ok)) return expect(code).toBe(0);
    expect(target.warnings.map(warning => warning.code)).toContain('out-of-memory');
    expect(stdout).toMatch(
      /^warning {2}the emulated function needed more than its 128 MB, and was ended for it as Lambda does$/m,
    );
  }, 120_000);
});

it('--limits off: the whole machine, with a warning', async () => {
  const { code, stdout, target } = await lambda('--limits', 'off');
  expect(code).toBe(0);
  expect(target.info).toMatchObject({ cpuShare: 'unlimited', memoryBy: 'processes' });
  expect(target.warnings.map(warning => warning.code)).toContain('no-limits');
  expect(stdout).toContain('or leave --limits off out');
});

it.each([
  [
    ['--limits', 'off', '--init-boost'],
    '--init-boost is for the limits of the emulated function, which --limits switches off',
  ],
  [
    ['--url', 'http://127.0.0.1:1', '--limits', 'off'],
    '--limits is for the emulated function, and --url names a deployed one',
  ],
  [['--cpu-period', '2s'], '--cpu-period must be a duration of at most 1 s, got "2s"'],
])('refuses %j', async (args, error) => {
  const { code, stderr } = await program.run(['lambda', ...args, PICTURE], { env: AUTO });
  expect([code, stderr.split('\n')[0]]).toEqual([2, `error: ${error}`]);
});
