/** `resnet-bench resume`: a soak that was ended by Ctrl-C or SIGTERM goes on, and repeats no call of which it knows what became of it. */
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { json, OUR_ANSWER, startServer } from '../runners/fault-server.ts';
import { recordIn, runWithSamples, sampleLines, useProgram } from './program.ts';
import { expectEverySlotOnce, expectSegmentsInOrder, samplesOf } from './slots.ts';
import { PICTURES, pause, resumeToTheEnd } from './soaking.ts';

const program = useProgram();

describe.concurrent('interrupted in good order', () => {
  /** A server that takes its time, so that there is always a call in flight. */
  const slowServer = () =>
    startServer((request, response) => {
      setTimeout(() => json(OUR_ANSWER)(request, response), 400);
    });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s: calls in flight are recorded as interrupted, and not repeated', async (signal, code) => {
    const server = await slowServer();
    const cwd = await program.fresh();
    const args = ['--url', server.url, '--target', 'lambda', '--interval', '200ms', '--duration', '4s', ...PICTURES];
    const running = await program.start(['soak', ...args], { cwd });
    const folder = await runWithSamples(join(cwd, 'reports'), 3);
    running.child.kill(signal);
    expect((await running.done).code).toBe(code);
    const interrupted = await recordIn(folder);
    expect(interrupted.run).toMatchObject({ status: 'interrupted', stoppedBy: 'signal' });
    const kinds = (record: typeof interrupted) =>
      samplesOf(record, 'lambda').map(({ outcome }) => (outcome.ok ? 'ok' : outcome.error.kind));
    const brokenOff = kinds(interrupted).filter(kind => kind === 'interrupted').length;
    expect(brokenOff).toBeGreaterThanOrEqual(1);

    const { record, stdout } = await resumeToTheEnd(program, cwd);
    await server.close();
    expect(record.run).toMatchObject({ status: 'completed', stoppedBy: 'duration' });
    expect(record.run.segments).toHaveLength(2);
    expectSegmentsInOrder(record);
    const samples = expectEverySlotOnce(record, 'lambda', { slots: 20, intervalMs: 200 });
    expect(samples.slice(0, 3)).toEqual(samplesOf(interrupted, 'lambda').slice(0, 3));
    expect(kinds(record).filter(kind => kind === 'interrupted')).toHaveLength(brokenOff);
    // One may have been broken off before it had left.
    expect(server.requests.length).toBeLessThanOrEqual(samples.length);
    expect(server.requests.length).toBeGreaterThanOrEqual(samples.length - brokenOff);
    expect(stdout).toMatch(/^noticed {2}resumed once: after [\d.]+ s, at /m);
  });

  it('by two signals at once: it ends at once, and only calls of which nothing is known are repeated', async () => {
    const server = await slowServer();
    const cwd = await program.fresh();
    const args = ['--url', server.url, '--target', 'lambda', '--interval', '200ms', '--duration', '4s', ...PICTURES];
    const running = await program.start(['soak', ...args], { cwd });
    const folder = await runWithSamples(join(cwd, 'reports'), 3);
    running.child.kill('SIGINT');
    running.child.kill('SIGTERM');
    expect([130, 143]).toContain((await running.done).code);
    await pause(100);
    // A call that was broken off may have been written down by then, or not.
    const unknown = server.requests.length - (await sampleLines(folder)).length;

    const { record } = await resumeToTheEnd(program, cwd);
    await server.close();
    const samples = expectEverySlotOnce(record, 'lambda', { slots: 20, intervalMs: 200 });
    expect(server.requests).toHaveLength(samples.length + unknown);
  });

  it('and a resumed one again', async () => {
    const cwd = await program.fresh();
    const threshold = 'local.failed<1';
    const args = [
      '--target',
      'local',
      '--interval',
      '100ms',
      '--duration',
      '3s',
      '--threshold',
      threshold,
      PICTURES[0]!,
    ];
    let next = ['soak', ...args];
    for (const calls of [3, 8, 15]) {
      const running = await program.start(next, { cwd });
      const folder = await runWithSamples(join(cwd, 'reports'), calls);
      running.child.kill('SIGINT');
      expect((await running.done).code).toBe(130);
      expect((await recordIn(folder)).run.status).toBe('interrupted');
      next = ['resume', basename(folder)];
    }
    const { record, stdout } = await resumeToTheEnd(program, cwd);
    expect(record.run.options.thresholds).toEqual([threshold]);
    expect(stdout).toMatch(/^local\.failed<1 +0 +yes$/m);
    expect(record.run.segments).toHaveLength(4);
    expectSegmentsInOrder(record);
    expectEverySlotOnce(record, 'local', { slots: 30, intervalMs: 100 });
  });
});
