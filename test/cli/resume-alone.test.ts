/** `resnet-bench resume`: a run that there is, and that nobody else goes on with. */
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complaint, recordIn, runWithSamples, until, useProgram } from './program.ts';
import { expectEverySlotOnce, segmentsOf } from './slots.ts';
import { expectNoComplaint, expectOnlyTheRecord, killedSoak, PICTURES, refusal } from './soaking.ts';

const program = useProgram();
const ARGS = ['--target', 'local', '--interval', '100ms', '--duration', '2500ms'];
const SLOTS = { slots: 25, intervalMs: 100 };

describe.concurrent('there is no such run', () => {
  it('none at all', async () => {
    const said = complaint(await program.run(['resume']));
    expect(said).toEqual({ code: 2, error: 'no run in reports', hint: expect.stringContaining('resnet-bench') });
  });

  it('none of that name', async () => {
    expect(complaint(await program.run(['resume', 'nonsense']))).toMatchObject({
      code: 2,
      error: 'no such run: nonsense',
    });
  });

  it('of another command', async () => {
    const cwd = await program.fresh();
    const args = ['local', PICTURES[0]!, '--iterations', '1000000'];
    const running = await program.start(args, { cwd });
    const folder = await runWithSamples(join(cwd, 'reports'), 3);
    running.child.kill('SIGKILL');
    await running.done;
    expect(await refusal(program, folder, [], { cwd })).toMatchObject({
      code: 2,
      error: `${basename(folder)} is a run of local: only a soak can be resumed`,
    });
  });
});

describe.concurrent('of those who would write into a folder', () => {
  it('one that goes on, or stands still, is alone', async () => {
    const cwd = await program.fresh();
    const running = await program.start(['soak', ...ARGS, PICTURES[0]!], { cwd });
    const folder = await runWithSamples(join(cwd, 'reports'), 2);
    running.child.kill('SIGSTOP');
    const said = await refusal(program, folder, [], { cwd });
    running.child.kill('SIGCONT');
    expect(said).toEqual({
      code: 3,
      error: `${join('reports', basename(folder))} is being written by process ${running.child.pid}`,
      hint: 'let it end, or end it, and try again',
    });
    expectNoComplaint(await running.done);
    const record = await recordIn(folder);
    expect(record.run.segments).toHaveLength(1);
    expectEverySlotOnce(record, 'local', SLOTS);
  });

  it('of several that resume at once one goes on', async () => {
    const { cwd, folder } = await killedSoak(program, [...ARGS, PICTURES[0]!], 3);
    const all = await Promise.all([1, 2, 3].map(() => program.run(['resume'], { cwd })));
    const losers = all.filter(({ code }) => code !== 0);
    expect(losers).toHaveLength(2);
    // The last, on a busy machine: one that came when all was over.
    const why = /is being written by process \d+$|^another process has just resumed |is complete: /;
    for (const loser of losers) expect(complaint(loser).error).toMatch(why);
    const record = await recordIn(folder);
    expect(record.run.segments).toHaveLength(2);
    expectEverySlotOnce(record, 'local', SLOTS);
    await expectOnlyTheRecord(folder);
  });

  it('one that was killed is none', async () => {
    const { cwd, folder } = await killedSoak(program, [...ARGS, PICTURES[0]!], 3);
    const running = await program.start(['resume'], { cwd });
    await until('the second stretch', async () => (await segmentsOf(folder)) === 2);
    running.child.kill('SIGKILL');
    await running.done;
    expectNoComplaint(await program.run(['resume'], { cwd }));
    await expectOnlyTheRecord(folder);
  });
});
