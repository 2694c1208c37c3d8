/** Calls at a rate through the program, against an emulator that keeps its own count. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complaint, onlyRun, ROOT, recordIn, runWithSamples, until, useProgram } from './program.ts';

const program = useProgram();
const PICTURE = join(ROOT, 'fixtures', 'odd', '1x1.png');

async function load(...args: string[]) {
  const cwd = await program.fresh();
  const finished = await program.run(['load', ...args, PICTURE], { cwd });
  const record = await recordIn(await onlyRun(join(cwd, 'reports')));
  return { ...finished, record, target: record.targets[0]! };
}

/** An emulator of its own, for one test. */
async function emulate(...args: string[]) {
  const running = await program.start(['emulate', '--json', ...args]);
  const line = await until('the emulator', () => running.stdout().includes('\n') && running.stdout());
  const { functionUrl, invokeEndpoint } = JSON.parse(line) as { functionUrl: string; invokeEndpoint: string };
  const counts = async () => {
    const answer = await fetch(`${invokeEndpoint}/_emulator/environments`);
    return ((await answer.json()) as { counts: Record<string, number> }).counts;
  };
  const stop = async () => {
    running.child.kill('SIGTERM');
    await running.done;
  };
  return { functionUrl, invokeEndpoint, counts, stop };
}

describe('load on an emulator with concurrency 4', () => {
  it.each([
    { rate: 20, seconds: 4 },
    // More than four come while the first environment is made.
    { rate: 100, seconds: 1 },
  ])(
    'at $rate a second counts the 429s and the cold starts that the emulator counts',
    async ({ rate, seconds }) => {
      const emulator = await emulate('--concurrency', '4');
      const calls = rate * seconds;
      const { code, stdout, target, record } = await load(
        ...['--rate', `${rate}`, '--duration', `${seconds}s`, '--url', emulator.functionUrl, '--front-door', 'url'],
      );
      const { throttles, invocations, environmentsMade } = await emulator.counts();
      await emulator.stop();
      expect(code).toBe(0);
      const throttled = target.samples.filter(({ outcome }) => !outcome.ok && outcome.error.kind === 'throttled');
      expect(target.samples).toHaveLength(calls);
      expect([throttled.length, calls - throttled.length]).toEqual([throttles, invocations]);
      if (rate === 100) expect(throttles).toBeGreaterThan(0);
      expect(target.samples.filter(({ start }) => start === 'cold')).toHaveLength(environmentsMade!);
      expect(record.run.options).toMatchObject({ rate, planned: calls, arrivals: 'constant' });
      expect(stdout).toContain(`${calls} calls planned: ${rate} a second for ${seconds}s, at even distances`);
      const offered = rate.toPrecision(3).replace('.', '\\.');
      expect(stdout).toMatch(
        new RegExp(`^offered ${offered} a second · sent ${offered} a second \\(0 calls dropped\\) · achieved `, 'm'),
      );
      expect(stdout).toContain(`${throttles} throttled (429), 0 failed otherwise`);
      expect(stdout).toMatch(/^\d cold starts?: \d while other calls were in flight \(scaling\)/m);
    },
    60_000,
  );
});

it('sets the figures of CloudWatch beside its own, which agree', async () => {
  const { stdout, target } = await load('--rate', '10', '--duration', '2s');
  expect(target.cloudWatch).toMatchObject({ complete: true });
  const value = (name: string) => target.cloudWatch!.metrics.find(metric => metric.name === name)!.value;
  // A machine that makes environments slowly refuses some by 429, which are no invocations.
  const throttled = target.samples.filter(({ outcome }) => !outcome.ok && outcome.error.kind === 'throttled').length;
  expect(target.samples).toHaveLength(20);
  expect([value('Invocations'), value('Throttles')]).toEqual([20 - throttled, throttled]);
  expect(value('ColdStart')).toBe(target.samples.filter(({ start }) => start === 'cold').length);
  expect(stdout).toMatch(new RegExp(`^Invocations sum +${20 - throttled} +${20 - throttled}$`, 'm'));
  // Each by its own way: EMF lines on one side, answers on the other; their last shown digit is rounded apart.
  const [, theirs, ours] = /^Inference time average ms +(\S+) +(\S+)$/m.exec(stdout)!;
  expect(Math.abs(Number(theirs) / Number(ours) - 1)).toBeLessThan(0.01);
  expect(stdout).not.toContain('differs');
  const without = await load('--rate', '10', '--duration', '1s', '--no-metrics');
  expect(without.target.cloudWatch).toBeUndefined();
}, 60_000);

it('says where CloudWatch differs: somebody else calls the same function', async () => {
  const emulator = await emulate('--metric-delay', '500ms');
  const endpoint = new URL(emulator.invokeEndpoint).origin;
  await fetch(emulator.functionUrl, { method: 'POST', body: '{}' });
  const cwd = await program.fresh();
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
  };
  const args = ['--function', 'resnet-bench', '--rate', '5', '--duration', '2s', PICTURE];
  const { code, stdout } = await program.run(['load', ...args], { cwd, env });
  await emulator.stop();
  expect(code).toBe(0);
  // Unless a new minute has just begun.
  expect(stdout).toMatch(/^Invocations sum +(11 +10 +differs|10 +10)$/m);
}, 60_000);

it('asks for one trace a second, and the others for none', async () => {
  const { target } = await load('--rate', '20', '--duration', '3s', '--proactive', '2');
  const traced = target.samples.filter(({ trace }) => trace === 'complete');
  expect(traced.length).toBeGreaterThanOrEqual(2);
  expect(traced.length).toBeLessThanOrEqual(4);
  const others = new Set(target.samples.filter(({ trace }) => trace !== 'complete').map(({ trace }) => trace));
  expect(others).toEqual(new Set(['not-sampled']));
  // Each call that came through has its log line all the same.
  const through = target.samples.filter(({ outcome }) => outcome.ok || outcome.error.kind !== 'throttled');
  expect(through.length).toBeGreaterThan(0);
  expect(through.every(({ timings }) => timings.billedMs !== undefined)).toBe(true);
}, 60_000);

it('drops what is due while as many as may be are in flight, and counts it', async () => {
  // The first call takes as long as an environment takes to start.
  const { stdout, record, target } = await load('--rate', '50', '--duration', '2s', '--max-in-flight', '1');
  const dropped = record.incidents!.flatMap(incident => (incident.kind === 'dropped' ? [incident.count] : []));
  const total = dropped.reduce((sum, count) => sum + count, 0);
  expect(total).toBeGreaterThan(0);
  expect(target.samples.length + total).toBe(100);
  expect(stdout).toContain(`(${total} call${total === 1 ? '' : 's'} dropped)`);
  expect(stdout).toContain('as many were in flight as --max-in-flight allows');
  // Never two at once.
  const bySend = [...target.samples].sort((a, b) => a.issuedMs - b.issuedMs);
  expect(bySend.every(({ issuedMs }, i) => i === 0 || issuedMs >= bySend[i - 1]!.completedMs)).toBe(true);
}, 60_000);

it('draws the same random arrivals for the same seed, here in this process', async () => {
  const offsets = async (seed: string) => {
    const args = ['--rate', '20', '--duration', '2s', '--arrivals', 'poisson', '--seed', seed, '--target', 'local'];
    const { record, target, stdout } = await load(...args);
    expect(stdout).toContain(`at random times (Poisson, seed ${seed})`);
    return target.samples
      .map(({ scheduledMs }) => Math.round(1e3 * (scheduledMs - record.run.beganMs!)))
      .sort((a, b) => a - b);
  };
  const [one, again, other] = [await offsets('7'), await offsets('7'), await offsets('8')];
  expect(one).toEqual(again);
  expect(other).not.toEqual(one);
}, 60_000);

it('ends at Ctrl-C with a whole record', async () => {
  const cwd = await program.fresh();
  const running = await program.start(['load', '--rate', '50', '--target', 'local', PICTURE], { cwd });
  const folder = await runWithSamples(join(cwd, 'reports'), 10);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.done;
  expect(code).toBe(130);
  expect((await recordIn(folder)).run.status).toBe('interrupted');
  // Of the time that had passed, not of the minute that was planned.
  const [, offered] = /^offered (\S+) a second/m.exec(stdout) ?? [];
  expect(Number(offered)).toBeGreaterThan(35);
  expect(stdout).not.toMatch(/^\d+s +0 +0 /m);
}, 60_000);

it.each([
  [['--rate', '0'], '--rate must be greater than 0, got "0"'],
  [['--rate', '-1'], '--rate must be greater than 0, got "-1"'],
  [['--rate', '1e3'], '--rate must be greater than 0, got "1e3"'],
  [['--rate', '100001'], '--rate must be at most 100000, got "100001"'],
  [['--seed', '2'], '--seed is for --arrivals poisson, and these are constant'],
  [['--proactive', '3', '--concurrency', '2'], '--proactive 3 is more than --concurrency 2'],
  [['--target', 'local,lambda'], 'load drives one target: two at once would take time from each other'],
  [['--target', 'local', '--concurrency', '3'], '--concurrency is for lambda, which --target leaves out'],
  [['--arrivals', 'poisson', '--rate', '0.001', '--duration', '10ms'], 'no call would leave in that time'],
])('refuses %j', async (args, error) => {
  const said = complaint(await program.run(['load', ...args, PICTURE]));
  expect([said.code, said.error]).toEqual([2, error]);
});
