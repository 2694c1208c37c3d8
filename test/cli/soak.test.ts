/** `resnet-bench soak`: slots to the number and to the millisecond, whatever the answers do. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunRecord, Sample } from '../../src/core/record.ts';
import { json, OUR_ANSWER, startServer } from '../runners/fault-server.ts';
import { complaint, onlyRun, ROOT, recordIn, runsIn, runWithSamples, useProgram } from './program.ts';

const program = useProgram();
const PICTURES = ['1x1.png', 'cmyk.jpg'].map(name => join(ROOT, 'fixtures', 'odd', name));

async function soak(...args: string[]) {
  const cwd = await program.fresh();
  const finished = await program.run(['soak', ...args, ...PICTURES], { cwd });
  const record = await recordIn(await onlyRun(join(cwd, 'reports')));
  return { ...finished, record };
}

const samplesOf = (record: RunRecord, name: string) =>
  [...record.targets.find(target => target.name === name)!.samples].sort((a, b) => a.seq - b.seq);
const distances = (samples: readonly Sample[]) =>
  samples.slice(1).map(({ scheduledMs }, i) => Math.round(1_000 * (scheduledMs - samples[i]!.scheduledMs)) / 1_000);

describe('on the emulator', () => {
  it('calls Lambda each interval and this process half an interval later, pictures in turns', async () => {
    const { code, stdout, stderr, record } = await soak('--interval', '200ms', '--duration', '4s');
    expect(code).toBe(0);
    // Said at the start, since it may be all the wait is worth.
    expect(stderr).toMatch(/^20 calls a target planned, one each 200ms\. They can show [^\n]*\n/);
    expect(record.run).toMatchObject({
      command: 'soak',
      scenario: 'open loop',
      status: 'completed',
      stoppedBy: 'duration',
      options: { intervalMs: 200, durationMs: 4_000, targets: ['lambda', 'local'] },
    });
    const [lambda, local] = [samplesOf(record, 'lambda'), samplesOf(record, 'local')];
    for (const samples of [lambda, local]) {
      expect(samples).toHaveLength(20);
      expect(samples.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => i));
      expect(samples.map(({ image }) => image)).toEqual(
        Array.from({ length: 20 }, (_, i) => ['1x1.png', 'cmyk.jpg'][i % 2]),
      );
      expect(distances(samples)).toEqual(Array(19).fill(200));
      for (const { issuedMs, scheduledMs } of samples) expect(issuedMs).toBeGreaterThanOrEqual(scheduledMs);
    }
    expect(local[0]!.scheduledMs - lambda[0]!.scheduledMs).toBeCloseTo(100, 3);
    expect(stdout).toMatch(
      /^\d+ warm calls of local and \d+ warm calls of lambda, in the same slots on the same pictures$/m,
    );
    expect(stdout).toMatch(
      /^20 calls a target planned, one each 200ms\. They can show p50 \(95 % interval with both ends\), p90, p95 \(from below only\), .*; not p99 \(100 calls\)/m,
    );
    expect(stdout).toMatch(/^latest after its planned time a call left: local [\d.]+ ms, lambda [\d.]+ ms$/m);
  });

  it('a sole target starts at once', async () => {
    const { record } = await soak('--target', 'local', '--interval', '100ms', '--duration', '550ms');
    expect(samplesOf(record, 'local')).toHaveLength(6);
    expect(record.run.options).not.toHaveProperty('memoryMb');
  });
});

it('a server that hangs longer than the interval holds up no call', async () => {
  let call = 0;
  const server = await startServer((request, response) => {
    if (call++ === 2) setTimeout(() => json(OUR_ANSWER)(request, response), 1_500);
    else json(OUR_ANSWER)(request, response);
  });
  const { code, record } = await soak(
    '--url',
    server.url,
    '--target',
    'lambda',
    '--interval',
    '200ms',
    '--duration',
    '3s',
  );
  await server.close();
  expect(code).toBe(0);
  const samples = samplesOf(record, 'lambda');
  expect(samples).toHaveLength(15);
  expect(server.requests).toHaveLength(15);
  expect(distances(samples)).toEqual(Array(14).fill(200));
  const slow = samples[2]!;
  expect(slow.completedMs - slow.issuedMs).toBeGreaterThan(1_400);
  expect(samples[4]!.issuedMs).toBeLessThan(slow.completedMs);
});

it('a port that is closed for a while: the run goes on, and the calls of that time failed', async () => {
  const server = await startServer(json(OUR_ANSWER));
  const cwd = await program.fresh();
  const args = [
    'soak',
    '--url',
    server.url,
    '--target',
    'lambda',
    '--interval',
    '100ms',
    '--duration',
    '3s',
    ...PICTURES,
  ];
  const running = await program.start(args, { cwd });
  const folder = await runWithSamples(join(cwd, 'reports'), 5);
  await server.close();
  expect((await running.done).code).toBe(0);
  const samples = samplesOf(await recordIn(folder), 'lambda');
  expect(samples).toHaveLength(30);
  const answered = samples.filter(({ outcome }) => outcome.ok).length;
  // One may have been in flight.
  expect([0, 1]).toContain(server.requests.length - answered);
  expect(answered).toBeLessThan(30);
});

it('a process that was stopped for a while misses those slots, says so, and keeps its schedule', async () => {
  const cwd = await program.fresh();
  const args = ['soak', '--target', 'local', '--interval', '200ms', '--duration', '6s', ...PICTURES];
  const running = await program.start(args, { cwd });
  const folder = await runWithSamples(join(cwd, 'reports'), 3);
  running.child.kill('SIGSTOP');
  await new Promise(resolve => setTimeout(resolve, 2_500));
  running.child.kill('SIGCONT');
  expect((await running.done).code).toBe(0);
  const record = await recordIn(folder);
  const samples = samplesOf(record, 'local');
  const slots = samples.map(({ scheduledMs }) => Math.round((scheduledMs - samples[0]!.scheduledMs) / 200));
  const missed = 30 - slots.length;
  expect(missed).toBeGreaterThanOrEqual(5);
  expect(new Set(slots).size).toBe(slots.length);
  expect(slots.at(-1)).toBe(29);
  expect(samples.map(({ seq }) => seq)).toEqual(slots);
  const [incident, ...others] = record.incidents!.filter(({ kind }) => kind === 'missed');
  expect(others).toEqual([]);
  const first = slots.findIndex((slot, i) => slot !== i);
  expect(incident).toEqual({
    kind: 'missed',
    target: 'local',
    firstSeq: first,
    count: missed,
    fromMs: record.run.beganMs! + first * 200,
    toMs: record.run.beganMs! + (first + missed - 1) * 200,
  });
  expect((await running.done).stdout).toMatch(
    new RegExp(`^noticed  local: ${missed} planned calls missed from 0:`, 'm'),
  );
});

it('Ctrl-C ends it at once with a complete record', async () => {
  const cwd = await program.fresh();
  const running = await program.start(['soak', '--target', 'local', '--interval', '150ms', ...PICTURES], { cwd });
  const folder = await runWithSamples(join(cwd, 'reports'), 3);
  running.child.kill('SIGINT');
  expect((await running.done).code).toBe(130);
  expect((await recordIn(folder)).run).toMatchObject({ status: 'interrupted', stoppedBy: 'signal' });
});

describe('wrong use', () => {
  it.each([
    [['--interval', '30s', '--duration', '10s'], '--duration is too short: local would be called 15 s after the start'],
    [['--target', 'local', '--memory', '512'], '--memory is for lambda, which --target leaves out'],
    [['--interval', '0s'], '--interval must be a duration above zero, got "0s"'],
    [
      ['--memory', '512', '--url', 'http://127.0.0.1:1'],
      '--memory is for the emulated function, and --url names a deployed one',
    ],
  ])('%j', async (args, error) => {
    const cwd = await program.fresh();
    expect(complaint(await program.run(['soak', ...args, PICTURES[0]!], { cwd }))).toMatchObject({ code: 2, error });
    expect(await runsIn(join(cwd, 'reports'))).toEqual([]);
  });
});
