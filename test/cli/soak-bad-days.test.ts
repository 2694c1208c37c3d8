/** Bad days of a soak: whatever befalls the function or the program, each slot is accounted for, and the record says when it was. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { IncidentOf, RunRecord } from '../../src/core/record.ts';
import { onlyRun, parseRecord, recordIn, runWithSamples, until, useProgram } from './program.ts';
import { DEEDS, type Deed, startFunction } from './scripted-function.ts';
import { expectEverySlotOnce, missedBy, samplesOf } from './slots.ts';
import { expectNoComplaint, lastComplaint, Marked, PICTURES, pause } from './soaking.ts';

const program = useProgram();

function incidentsOf<Kind extends 'missed' | 'failing'>(record: RunRecord, kind: Kind) {
  return record.incidents!.filter((incident): incident is IncidentOf<Kind> => incident.kind === kind);
}

const failuresOf = (record: RunRecord, target: string) =>
  samplesOf(record, target).flatMap(({ outcome }) => (outcome.ok ? [] : [outcome.error.kind]));

const counted = (words: readonly string[]) =>
  Object.fromEntries(words.map(word => [word, words.filter(other => other === word).length]));

describe.concurrent('a deployed function', () => {
  it('is not called while the program stands still: those slots are missed, and said so', async () => {
    const server = await startFunction();
    const cwd = await program.fresh();
    const args = ['--url', server.url, '--target', 'lambda', '--interval', '1s', '--duration', '10s', PICTURES[0]!];
    const running = await program.start(['soak', ...args], { cwd });
    const folder = await runWithSamples(join(cwd, 'reports'), 2);
    running.child.kill('SIGSTOP');
    await pause(5_000);
    running.child.kill('SIGCONT');
    const { code, stdout } = await running.done;
    await server.shut();
    expect(code).toBe(0);
    const record = await recordIn(folder);
    const samples = expectEverySlotOnce(record, 'lambda', { slots: 10, intervalMs: 1_000 });
    expect(samples).toHaveLength(server.log.length);
    const missed = missedBy(record, 'lambda');
    expect(missed.length).toBeGreaterThanOrEqual(3);
    // In a row: nothing else befell it.
    const [incident, ...others] = incidentsOf(record, 'missed');
    expect(others).toEqual([]);
    const at = (slot: number) => record.run.beganMs! + slot * 1_000;
    expect(incident).toMatchObject({ firstSeq: missed[0], fromMs: at(missed[0]!), toMs: at(missed.at(-1)!) });
    expect(stdout).toMatch(
      new RegExp(`^(noticed {2}| {9})lambda: ${missed.length} planned calls missed from 0:0`, 'm'),
    );
  });

  it('is gone for five seconds, and back on the same port: the run goes on', async () => {
    const server = await startFunction();
    const cwd = await program.fresh();
    const args = ['--url', server.url, '--target', 'lambda', '--interval', '500ms', '--duration', '10s', PICTURES[0]!];
    const running = await program.start(['soak', ...args], { cwd });
    const folder = await runWithSamples(join(cwd, 'reports'), 4);
    await server.shut();
    await pause(5_000);
    await server.open();
    const { code, stdout } = await running.done;
    await server.shut();
    expect(code).toBe(0);
    const record = await recordIn(folder);
    const samples = expectEverySlotOnce(record, 'lambda', { slots: 20, intervalMs: 500 });
    const failed = samples.filter(({ outcome }) => !outcome.ok);
    // One may have been in flight when it went.
    expect([0, 1]).toContain(server.log.length - (samples.length - failed.length));
    expect(failed.length).toBeGreaterThanOrEqual(8);
    expect(samples.at(-1)!.outcome.ok).toBe(true);
    expect(incidentsOf(record, 'failing')).toEqual([
      {
        kind: 'failing',
        target: 'lambda',
        fromMs: failed[0]!.scheduledMs,
        toMs: failed.at(-1)!.completedMs,
        count: failed.length,
        failed: counted(failuresOf(record, 'lambda')),
      },
    ]);
    expect(stdout).toMatch(
      new RegExp(`^(noticed {2}| {9})lambda: ${failed.length} calls in a row failed from 0:0`, 'm'),
    );
  });

  it('fails in every way and recovers: counted by kind, as it says itself, and on time', async () => {
    const deeds = Object.keys(DEEDS) as Deed[];
    const server = await startFunction(call => (call < 36 ? deeds[call % deeds.length]! : 'answers'));
    const cwd = await program.fresh();
    const slots = { slots: 60, intervalMs: 100 };
    const times = ['--interval', '100ms', '--duration', '6s', '--timeout', '2s'];
    const args = ['--url', server.url, '--target', 'lambda', ...times, ...PICTURES];
    const { code, stdout } = await program.run(['soak', ...args], { cwd });
    expect(code).toBe(0);
    const record = await recordIn(await onlyRun(join(cwd, 'reports')));
    const samples = expectEverySlotOnce(record, 'lambda', slots);
    expect(samples).toHaveLength(server.log.length);
    const kinds = server.log.flatMap(deed => DEEDS[deed].kind ?? []);
    expect(new Set(kinds).size).toBeGreaterThanOrEqual(7);
    expect(counted(failuresOf(record, 'lambda'))).toEqual(counted(kinds));
    expect(record.targets[0]!.summary.failed).toEqual(counted(kinds));
    await server.shut();
    expect(samples.at(-1)!.outcome.ok).toBe(true);
    const inIncidents = incidentsOf(record, 'failing').reduce((sum, { count }) => sum + count, 0);
    expect(inIncidents).toBeLessThanOrEqual(kinds.length);
    expect(stdout).toMatch(/^(noticed {2}| {9})lambda: \d+ calls in a row failed from 0:0/m);
  });

  it('is not disturbed by reports on the run', async () => {
    const server = await startFunction();
    const cwd = await program.fresh();
    const args = ['--url', server.url, '--target', 'lambda', '--interval', '100ms', '--duration', '10m', PICTURES[0]!];
    const running = await program.start(['soak', ...args], { cwd });
    const folder = await runWithSamples(join(cwd, 'reports'), 2);
    const before = (await readdir(folder)).sort();
    let seen = 0;
    for (const call of [3, 8]) {
      await runWithSamples(join(cwd, 'reports'), call);
      const whole = await program.run(['report', '--format', 'json'], { cwd });
      expect({ code: whole.code, stderr: whole.stderr }).toEqual({ code: 0, stderr: '' });
      const { run, targets } = parseRecord(whole.stdout);
      expect(run.status).toBe('running');
      expect(targets[0]!.samples.length).toBeGreaterThanOrEqual(Math.max(call, seen));
      seen = targets[0]!.samples.length;
      const table = await program.run(['report', basename(folder)], { cwd });
      expect(table).toMatchObject({ code: 0, stderr: '' });
      expect(table.stdout).toMatch(/^this run has not ended, or was killed: what it has measured so far$/m);
      expect((await readdir(folder)).sort()).toEqual(before);
    }
    running.child.kill('SIGINT');
    expect((await running.done).code).toBe(130);
    await server.shut();
    const record = await recordIn(folder);
    const slots = samplesOf(record, 'lambda').length + missedBy(record, 'lambda').length;
    const samples = expectEverySlotOnce(record, 'lambda', { slots, intervalMs: 100 });
    expect(samples.length).toBeGreaterThanOrEqual(seen);
    // Those in flight at the end: several on a busy machine.
    const failures = failuresOf(record, 'lambda');
    expect(failures).toEqual(failures.map(() => 'interrupted'));
    expect(samples.slice(0, seen).every(({ outcome }) => outcome.ok)).toBe(true);
    expect(record.run.segments).toHaveLength(1);
  });
});

describe.concurrent('the emulator', () => {
  const LINUX = process.platform === 'linux';

  it.runIf(LINUX)('has its function killed with -9: the next call meets a new one', async () => {
    const cwd = await program.fresh();
    const marked = await Marked.in(cwd);
    const args = ['soak', '--interval', '400ms', '--duration', '6s', ...PICTURES];
    const running = await program.start(args, { cwd, env: marked.env });
    const folder = await runWithSamples(join(cwd, 'reports'), 4);
    const [pid] = [...marked.processes()].find(([, line]) => line.includes('bootstrap'))!;
    process.kill(pid, 'SIGKILL');
    const { code, stdout } = await running.done;
    expect(code).toBe(0);
    const record = await recordIn(folder);
    const samples = expectEverySlotOnce(record, 'lambda', { slots: 15, intervalMs: 400 });
    expectEverySlotOnce(record, 'local', { slots: 15, intervalMs: 400, firstMs: 200 });
    // The call in flight, if there was one.
    expect(failuresOf(record, 'lambda').length).toBeLessThanOrEqual(1);
    expect(failuresOf(record, 'local')).toEqual([]);
    const answered = samples.filter(({ outcome }) => outcome.ok);
    expect(new Set(answered.map(({ environmentId }) => environmentId)).size).toBeGreaterThanOrEqual(2);
    expect(answered.filter(({ start }) => start === 'cold').length).toBeGreaterThanOrEqual(2);
    expect(stdout).toMatch(/^lambda: \d cold calls: /m);
    await until('the end of all its processes', () => marked.processes().size === 0);
  });

  it.runIf(LINUX)('is killed with -9 itself: the run ends, and is resumed with a new one', async () => {
    const cwd = await program.fresh();
    const marked = await Marked.in(cwd);
    const args = ['soak', '--interval', '200ms', '--duration', '4s', ...PICTURES];
    const running = await program.start(args, { cwd, env: marked.env });
    const folder = await runWithSamples(join(cwd, 'reports'), 6);
    const [pid] = [...marked.processes()].find(([, line]) => line.includes(join('emulator', 'main')))!;
    process.kill(pid, 'SIGKILL');
    expect(lastComplaint(await running.done)).toEqual({
      code: 3,
      error: 'the emulator has ended by itself',
      hint: expect.stringContaining('resnet-bench report'),
    });
    await until('the end of all its processes', () => marked.processes().size === 0);
    expectNoComplaint(await program.run(['resume'], { cwd }));
    const record = await recordIn(folder);
    expectEverySlotOnce(record, 'lambda', { slots: 20, intervalMs: 200 });
    expectEverySlotOnce(record, 'local', { slots: 20, intervalMs: 200, firstMs: 100 });
    expect(record.run.segments).toHaveLength(2);
  });
});
